use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AccessToken, Clocks, CredentialDocument, RefreshToken, SecretText, ports::Renewal,
};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::Dialect;
use crate::outside::{lenient_seconds, lenient_text};

/// Tokens that were bought.
#[derive(Debug)]
pub(crate) struct Bought {
    pub(crate) access_token: AccessToken,
    pub(crate) access_expires_at: DateTime<Utc>,
    /// With the end of its life, if it has one. Absent when the old one is simply kept.
    pub(crate) refresh_token: Option<(RefreshToken, Option<DateTime<Utc>>)>,
    /// What was granted, as the marketplace writes it.
    pub(crate) scope: Option<String>,
    /// Who the user is, signed.
    pub(crate) id_token: Option<SecretText>,
}

impl Bought {
    /// The new document and its clocks: what came, and what `old` and `clocks` hold where nothing came.
    pub(crate) fn renew(self, old: Option<&RefreshToken>, clocks: Clocks) -> Renewal {
        let (refresh_token, refresh_expires_at) = match self.refresh_token {
            Some((token, expires_at)) => (Some(token), expires_at),
            None => (old.map(copied), clocks.refresh_expires_at),
        };
        Renewal {
            document: CredentialDocument::Tokens {
                access_token: Some(self.access_token),
                refresh_token,
            },
            clocks: Clocks {
                access_expires_at: Some(self.access_expires_at),
                refresh_expires_at,
                authorisation_expires_at: clocks.authorisation_expires_at,
            },
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: copied into the document that replaces this one"
)]
fn copied(token: &RefreshToken) -> RefreshToken {
    RefreshToken::new(SecretText::copy_of(token.expose_secret()))
}

/// Members that are not needed are read leniently: a strange one must not cost the tokens beside it.
#[derive(Deserialize)]
pub(super) struct Success {
    access_token: SecretText,
    #[serde(default)]
    refresh_token: Option<SecretText>,
    #[serde(default, deserialize_with = "lenient_seconds")]
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "lenient_seconds")]
    refresh_token_expires_in: Option<i64>,
    #[serde(default, deserialize_with = "lenient_text")]
    scope: Option<String>,
    #[serde(default)]
    id_token: Option<SecretText>,
}

/// `None` when a token is not one that could be sent: nothing was learnt then.
pub(super) fn bought(
    success: Success,
    dialect: &Dialect,
    asked_at: DateTime<Utc>,
) -> Option<Bought> {
    const DAY: i64 = 86_400;
    let life = |told: Option<i64>, most: i64, usual: TimeDelta| {
        told.filter(|seconds| (1..=most).contains(seconds))
            .map_or(usual, TimeDelta::seconds)
    };
    let refresh_token = match success.refresh_token {
        Some(token) if is_token(&token, dialect.max_refresh_length) => {
            let told = success.refresh_token_expires_in;
            let expires_at = dialect
                .refresh_life
                .map(|usual| asked_at + life(told, 400 * DAY, usual));
            Some((RefreshToken::new(token), expires_at))
        }
        Some(_) => return None,
        None => None,
    };
    is_token(&success.access_token, dialect.max_access_length).then(|| Bought {
        access_token: AccessToken::new(success.access_token),
        access_expires_at: asked_at + life(success.expires_in, DAY, dialect.access_life),
        refresh_token,
        scope: success.scope,
        id_token: success.id_token,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: checked before it is kept"
)]
fn is_token(text: &SecretText, max_length: usize) -> bool {
    let text = text.expose_secret();
    (1..=max_length).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{super::answer::read_tokens, *};
    use crate::{
        http::Answer,
        token::{Refusal, Refused},
    };

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn nothing(_: &Refusal<'_>) -> Option<Refused> {
        None
    }

    const ROTATING: Dialect = Dialect {
        max_access_length: 16,
        max_refresh_length: 16,
        access_life: TimeDelta::hours(1),
        refresh_life: Some(TimeDelta::days(60)),
        refusal: nothing,
    };

    /// The answer to a request that was begun three seconds ago.
    fn read(body: &str) -> Option<Bought> {
        let asked_at = now() - TimeDelta::seconds(3);
        read_tokens(&Answer::fake_json(200, body), &ROTATING, asked_at, now()).ok()
    }

    #[rstest]
    #[case(
        r#"{"access_token":"Atza|a","token_type":"bearer","expires_in":1800}"#,
        1800
    )]
    #[case(r#"{"access_token":"Atza|a","expires_in":"1800"}"#, 1800)]
    #[case(r#"{"access_token":"Atza|a"}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":null}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":-1}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":{}}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":99999999999999999999}"#, 3600)]
    #[case(
        r#"{"access_token":"Atza|a","scope":["a"],"associated_user":{"id":1}}"#,
        3600
    )]
    fn a_life_counts_from_the_request(#[case] body: &str, #[case] seconds: i64) {
        let bought = read(body).unwrap();
        let life = bought.access_expires_at - (now() - TimeDelta::seconds(3));
        assert_eq!(life.num_seconds(), seconds);
        assert!(bought.refresh_token.is_none());
    }

    #[rstest]
    #[case("", 60)]
    #[case(r#","refresh_token_expires_in":7776000"#, 90)]
    #[case(r#","refresh_token_expires_in":0"#, 60)]
    fn a_refresh_token_lives_as_long_as_it_is_said_to(#[case] more: &str, #[case] days: i64) {
        let body = format!(r#"{{"access_token":"a","refresh_token":"r"{more}}}"#);
        let (_, expires_at) = read(&body).unwrap().refresh_token.unwrap();
        let life = expires_at.unwrap() - (now() - TimeDelta::seconds(3));
        assert_eq!(life, TimeDelta::days(days));
    }

    #[rstest]
    #[case("{}")]
    #[case(r#"{"access_token":""}"#)]
    #[case(r#"{"access_token":7}"#)]
    #[case(r#"{"access_token":"a b"}"#)]
    #[case(r#"{"access_token":"a\r\nX-Evil: 1"}"#)]
    #[case(r#"{"access_token":"é"}"#)]
    #[case(r#"{"access_token":"12345678901234567"}"#)]
    #[case(r#"{"access_token":"a","refresh_token":""}"#)]
    #[case(r#"{"access_token":"a","refresh_token":"a b"}"#)]
    #[case(r#"{"access_token":"a","refresh_token":"12345678901234567"}"#)]
    #[case(r#"{"access_token":"a","refresh_token":"r""#)]
    fn a_token_that_could_not_be_sent_is_not_taken(#[case] body: &str) {
        assert!(read(body).is_none());
    }

    #[test]
    fn what_did_not_come_is_carried_over() {
        let old = RefreshToken::new(SecretText::copy_of("old"));
        let clocks = Clocks {
            access_expires_at: Some(now()),
            refresh_expires_at: Some(now() + TimeDelta::days(7)),
            authorisation_expires_at: Some(now() + TimeDelta::days(8)),
        };
        let renewal = read(r#"{"access_token":"a"}"#)
            .unwrap()
            .renew(Some(&old), clocks);
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: the test reads what it wrote"
        )]
        let kept = match &renewal.document {
            CredentialDocument::Tokens {
                refresh_token: Some(token),
                ..
            } => token.expose_secret(),
            _ => panic!("the old refresh token is kept"),
        };
        assert_eq!(kept, "old");
        assert_eq!(renewal.clocks.refresh_expires_at, clocks.refresh_expires_at);
        assert_eq!(
            renewal.clocks.authorisation_expires_at,
            clocks.authorisation_expires_at
        );
        assert!(renewal.clocks.access_expires_at > clocks.access_expires_at);
    }

    #[test]
    fn debug_bought_is_redacted() {
        let bought =
            read(r#"{"access_token":"canary-1","refresh_token":"canary-2","id_token":"canary-3"}"#);
        let printed = format!("{:?}", bought.unwrap());
        assert!(!printed.contains("canary"), "{printed}");
    }
}
