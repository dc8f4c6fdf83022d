//! What the answers of Login with Amazon mean.

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{AccessToken, OutcomeClass, RefreshToken, SecretText};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::{
    http::{Answer, MAX_WAIT, retry_after},
    verdict::Verdict,
};

/// How long an access token lives when the answer does not say.
const USUAL_LIFE_SECONDS: i64 = 3600;

/// Longest token that Amazon hands out, in bytes.
const MAX_TOKEN_LENGTH: usize = 2048;

/// Tokens that were bought.
#[derive(Debug)]
pub(super) struct Bought {
    pub(super) access_token: AccessToken,
    /// Absent when the old one is simply kept.
    pub(super) refresh_token: Option<RefreshToken>,
    pub(super) access_expires_at: DateTime<Utc>,
}

/// Why nothing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBought {
    /// Our client id or secret is refused. Another secret may do.
    ClientRefused,
    /// Anything else.
    Other(Verdict),
}

#[derive(Deserialize)]
struct Success {
    access_token: SecretText,
    #[serde(default)]
    refresh_token: Option<SecretText>,
    #[serde(default)]
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The tokens, or why there are none. Their life counts from `asked_at`, when the request was begun.
pub(super) fn classify(
    answer: &Answer,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Bought, NotBought> {
    use OutcomeClass::{AppConfig, Bug, ConfigError, EdgeBlocked, ReauthRequired};
    let refusal = answer.json::<Refusal>();
    let verdict = match answer.status() {
        200 => match answer
            .json::<Success>()
            .and_then(|success| bought(success, asked_at))
        {
            Some(bought) => return Ok(bought),
            None => Verdict::of_unlisted(answer, now),
        },
        429 => Verdict::throttled(retry_after(answer.headers(), now, MAX_WAIT), now),
        _ if answer.is_from_edge() => Verdict::of(EdgeBlocked),
        403 | 503 if answer.is_html() => Verdict::of(EdgeBlocked),
        500..=599 => Verdict::transient(answer, now),
        // The error's name counts more than the status, on which the sources differ.
        400..=499 => match refusal.as_ref().map(|refusal| refusal.error.as_str()) {
            Some("invalid_client") => return Err(NotBought::ClientRefused),
            Some("invalid_grant" | "access_denied") => Verdict::of(ReauthRequired),
            Some("unauthorized_client" | "invalid_scope") => Verdict::of(AppConfig),
            Some("invalid_request" | "unsupported_grant_type") => Verdict::of(Bug),
            Some("server_error" | "temporarily_unavailable") => Verdict::transient(answer, now),
            _ if answer.status() == 404 => Verdict::of(ConfigError),
            _ => Verdict::of_unlisted(answer, now),
        },
        _ => Verdict::of_unlisted(answer, now),
    };
    Err(NotBought::Other(verdict))
}

fn bought(success: Success, asked_at: DateTime<Utc>) -> Option<Bought> {
    if !is_token(&success.access_token) {
        return None;
    }
    let life = success
        .expires_in
        .filter(|seconds| (1..=86_400).contains(seconds))
        .unwrap_or(USUAL_LIFE_SECONDS);
    Some(Bought {
        access_token: AccessToken::new(success.access_token),
        refresh_token: success
            .refresh_token
            .filter(is_token)
            .map(RefreshToken::new),
        access_expires_at: asked_at + TimeDelta::seconds(life),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: checked before it is kept"
)]
fn is_token(text: &SecretText) -> bool {
    let text = text.expose_secret();
    (1..=MAX_TOKEN_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn error(status: u16, name: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(r#"{{"error":"{name}","error_description":"d","request_id":"r"}}"#),
        )
    }

    fn class(answer: &Answer) -> OutcomeClass {
        match classify(answer, now(), now()) {
            Ok(_) => OutcomeClass::Ok,
            Err(NotBought::ClientRefused) => OutcomeClass::AppConfig,
            Err(NotBought::Other(verdict)) => verdict.class(),
        }
    }

    #[rstest]
    #[case(error(400, "invalid_grant"), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_grant"), OutcomeClass::ReauthRequired)]
    #[case(error(401, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "invalid_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "unauthorized_client"), OutcomeClass::AppConfig)]
    #[case(error(403, "unauthorized_client"), OutcomeClass::AppConfig)]
    #[case(error(400, "invalid_request"), OutcomeClass::Bug)]
    #[case(error(400, "unsupported_grant_type"), OutcomeClass::Bug)]
    #[case(error(400, "invalid_scope"), OutcomeClass::AppConfig)]
    #[case(error(400, "access_denied"), OutcomeClass::ReauthRequired)]
    #[case(error(403, "access_denied"), OutcomeClass::ReauthRequired)]
    #[case(Answer::fake(429, "text/plain", "slow down"), OutcomeClass::Throttled)]
    #[case(error(500, "server_error"), OutcomeClass::Transient)]
    #[case(error(503, "temporarily_unavailable"), OutcomeClass::Transient)]
    #[case(error(500, "invalid_grant"), OutcomeClass::Transient)]
    fn the_table_of_the_token_endpoint(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }

    #[rstest]
    #[case(
        Answer::fake(400, "text/html", "<html>invalid_grant</html>"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(403, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(500, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(
        Answer::fake(400, "text/plain", r#"{"error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(400, r#"{"error":"invalid_gr"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(400, r#"{"Error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(400, ""), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(400), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, "{}"), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"{"access_token":""}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(200, r#"{"access_token":"a\nb"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(200, r#"{"error":"invalid_grant"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(404, "{}"), OutcomeClass::ConfigError)]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }

    #[rstest]
    #[case(
        r#"{"access_token":"Atza|a","token_type":"bearer","expires_in":1800}"#,
        1800
    )]
    #[case(r#"{"access_token":"Atza|a"}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":null}"#, 3600)]
    #[case(r#"{"access_token":"Atza|a","expires_in":-1}"#, 3600)]
    fn a_life_counts_from_the_request(#[case] body: &str, #[case] seconds: i64) {
        let asked_at = now() - TimeDelta::seconds(3);
        let bought = classify(&Answer::fake_json(200, body), asked_at, now()).unwrap();
        assert_eq!(
            bought.access_expires_at,
            asked_at + TimeDelta::seconds(seconds)
        );
        assert!(bought.refresh_token.is_none());
    }
}
