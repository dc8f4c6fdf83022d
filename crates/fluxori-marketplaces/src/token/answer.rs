use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AccessToken, Clocks, CredentialDocument, Outcome, OutcomeClass, RefreshToken, SecretText,
    ports::{RefreshReport, Renewal},
};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::{
    http::{Answer, MAX_WAIT, retry_after},
    outside::{lenient_seconds, lenient_text},
    verdict::Verdict,
};

/// How one marketplace's token endpoint differs from the next.
pub(crate) struct Dialect {
    /// Longest access token, in bytes.
    pub(crate) max_access_length: usize,
    /// Longest refresh token, in bytes.
    pub(crate) max_refresh_length: usize,
    /// How long an access token lives when the answer does not say.
    pub(crate) access_life: TimeDelta,
    /// How long a refresh token lives when the answer does not say; `None` where it does not die of age.
    pub(crate) refresh_life: Option<TimeDelta>,
    /// What a refusal with a status from 400 to 499 means; `None` when no table lists it.
    pub(crate) refusal: fn(&Refusal<'_>) -> Option<Refused>,
}

/// A refusal as it came.
pub(crate) struct Refusal<'a> {
    pub(crate) status: u16,
    /// `error`, of a complete answer in JSON.
    pub(crate) error: Option<&'a str>,
    /// `error_description`, in lower case.
    pub(crate) description: &'a str,
    /// The whole answer.
    pub(crate) answer: &'a Answer,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Our client id or secret is not accepted. Another secret may do.
    Client,
    /// This.
    Class(OutcomeClass),
    /// Back off as far as we ever do.
    ForLong,
}

/// The meanings that RFC 6749 gives. The name of the error counts more than the status, on which the sources differ.
pub(crate) fn standard_refusal(refusal: &Refusal<'_>) -> Option<Refused> {
    use OutcomeClass::{AppConfig, Bug, ConfigError, ReauthRequired, Transient};
    Some(match refusal.error {
        Some("invalid_client") => Refused::Client,
        Some("invalid_grant") => Refused::Class(ReauthRequired),
        Some("unauthorized_client" | "invalid_scope") => Refused::Class(AppConfig),
        Some("invalid_request" | "unsupported_grant_type") => Refused::Class(Bug),
        Some("server_error" | "temporarily_unavailable") => Refused::Class(Transient),
        _ if refusal.status == 404 => Refused::Class(ConfigError),
        _ => return None,
    })
}

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

/// Why nothing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotBought {
    /// Our client id or secret is refused. Another secret may do.
    ClientRefused,
    /// Anything else.
    Other(Verdict),
}

impl From<NotBought> for Outcome {
    /// The grant itself was asked, so there is nothing fresher to ask.
    fn from(not_bought: NotBought) -> Self {
        match not_bought {
            NotBought::ClientRefused => OutcomeClass::AppConfig.into(),
            NotBought::Other(verdict) => verdict.outcome(),
        }
    }
}

impl From<NotBought> for RefreshReport {
    fn from(not_bought: NotBought) -> Self {
        Self::Refused(not_bought.into())
    }
}

/// Members that are not needed are read leniently: a strange one must not cost the tokens beside it.
#[derive(Deserialize)]
struct Success {
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

#[derive(Deserialize)]
struct ErrorDocument {
    error: String,
    #[serde(default, deserialize_with = "lenient_text")]
    error_description: Option<String>,
}

/// The tokens, or why there are none. Their life counts from `asked_at`, when the request was begun.
pub(super) fn read_tokens(
    answer: &Answer,
    dialect: &Dialect,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Bought, NotBought> {
    (answer.status() == 200)
        .then(|| answer.json::<Success>())
        .flatten()
        .and_then(|success| bought(success, dialect, asked_at))
        .ok_or_else(|| not_bought(answer, dialect, now))
}

/// What an answer means that is not a good one.
pub(super) fn not_bought(answer: &Answer, dialect: &Dialect, now: DateTime<Utc>) -> NotBought {
    NotBought::Other(match answer.status() {
        429 => Verdict::throttled(retry_after(answer.headers(), now, MAX_WAIT), now),
        _ if answer.is_from_edge() => Verdict::of(OutcomeClass::EdgeBlocked),
        403 | 503 if answer.is_html() => Verdict::of(OutcomeClass::EdgeBlocked),
        500..=599 => Verdict::transient(answer, now),
        status @ 400..=499 => match refusal(answer, status, dialect) {
            Some(Refused::Client) => return NotBought::ClientRefused,
            Some(Refused::Class(OutcomeClass::Transient)) => Verdict::transient(answer, now),
            Some(Refused::Class(class)) => Verdict::of(class),
            Some(Refused::ForLong) => Verdict::throttled(Some(now + MAX_WAIT), now),
            None => Verdict::of_unlisted(answer, now),
        },
        _ => Verdict::of_unlisted(answer, now),
    })
}

fn refusal(answer: &Answer, status: u16, dialect: &Dialect) -> Option<Refused> {
    let document = answer.json::<ErrorDocument>();
    let description = document
        .as_ref()
        .and_then(|document| document.error_description.as_deref())
        .unwrap_or_default()
        .to_ascii_lowercase();
    (dialect.refusal)(&Refusal {
        status,
        error: document.as_ref().map(|document| document.error.as_str()),
        description: &description,
        answer,
    })
}

/// `None` when a token is not one that could be sent: nothing was learnt then.
fn bought(success: Success, dialect: &Dialect, asked_at: DateTime<Utc>) -> Option<Bought> {
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

/// The class of an answer.
#[cfg(test)]
pub(crate) fn class_of(answer: &Answer, dialect: &Dialect) -> OutcomeClass {
    let now = DateTime::UNIX_EPOCH;
    match read_tokens(answer, dialect, now, now) {
        Ok(_) => OutcomeClass::Ok,
        Err(not_bought) => Outcome::from(not_bought).class,
    }
}
