//! What the Selling Partner API's answers mean.

use chrono::{DateTime, Utc};
use fluxori_domain::OutcomeClass;
use serde::Deserialize;

use super::participations::{Participations, Payload};
use crate::{
    http::{Answer, MAX_WAIT, retry_after, seconds_from},
    outside::lenient_text,
    verdict::Verdict,
};

/// An error document: `{"errors":[{"code","message","details"}]}`, or the gateway's bare `{"message"}`.
#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<Entry>,
    #[serde(default, deserialize_with = "lenient_text")]
    message: Option<String>,
}

#[derive(Deserialize, Default)]
struct Entry {
    #[serde(default, deserialize_with = "lenient_text")]
    code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    message: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    details: Option<String>,
}

/// The good answer, or what a bad one means.
pub(super) fn classify(answer: &Answer, now: DateTime<Utc>) -> Result<Participations, Verdict> {
    use OutcomeClass::{Bug, ConfigError, EdgeBlocked, ReauthRequired};
    Err(match answer.status() {
        429 => Verdict::throttled(wait_of_plan(answer, now), now),
        _ if answer.is_from_edge() => Verdict::of(EdgeBlocked),
        403 | 503 if answer.is_html() => Verdict::of(EdgeBlocked),
        200 => match answer.json::<Payload>() {
            Some(payload) => return Ok(payload.into()),
            None => Verdict::of_unlisted(answer, now),
        },
        401 => match first_error(answer) {
            Some(_) => Verdict::IfFresh(ReauthRequired),
            None => Verdict::of_unlisted(answer, now),
        },
        403 => match first_error(answer) {
            Some(error) => of_forbidden(&error),
            None => Verdict::of_unlisted(answer, now),
        },
        400 | 413 | 415 if !answer.is_html() => Verdict::of(Bug),
        404 => Verdict::of(ConfigError),
        500..=599 => Verdict::transient(answer, now),
        _ => Verdict::of_unlisted(answer, now),
    })
}

/// The rows of status 403. Everything that is not about the token itself is a missing role or a wrong region.
fn of_forbidden(error: &Entry) -> Verdict {
    use OutcomeClass::{AppConfig, Bug, ReauthRequired, ScopeMissing};
    let contains = |text: &Option<String>, part: &str| {
        text.as_deref()
            .is_some_and(|text| text.to_ascii_lowercase().contains(part))
    };
    let says = |part| contains(&error.details, part) || contains(&error.message, part);
    if says("lwa secret token") && says("expired") {
        Verdict::of(AppConfig)
    } else if error.code.as_deref() == Some("MissingAuthenticationToken")
        || says("missing authentication token")
        || says("access token is missing")
    {
        Verdict::of(Bug)
    } else if says("access token you provided has expired") || says("revoked, malformed or invalid")
    {
        Verdict::IfFresh(ReauthRequired)
    } else {
        Verdict::of(ScopeMissing)
    }
}

fn first_error(answer: &Answer) -> Option<Entry> {
    let document: Errors = answer.json()?;
    let bare = document.message.map(|message| Entry {
        message: Some(message),
        ..Entry::default()
    });
    document
        .errors
        .into_iter()
        .find(|entry| entry.code.is_some() || entry.message.is_some())
        .or(bare)
}

/// Amazon names a rate instead of a wait: one call every `1 / limit` seconds.
fn wait_of_plan(answer: &Answer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let calls_per_second: Option<f64> = answer
        .headers()
        .get("x-amzn-ratelimit-limit")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    retry_after(answer.headers(), now, MAX_WAIT)
        .or_else(|| seconds_from(now, calls_per_second?.recip(), MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn error(status: u16, code: &str, details: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(
                r#"{{"errors":[{{"code":"{code}","message":"Access to requested resource is denied.","details":"{details}"}}]}}"#
            ),
        )
    }

    fn verdict(answer: &Answer) -> Verdict {
        match classify(answer, now()) {
            Ok(_) => Verdict::of(OutcomeClass::Ok),
            Err(verdict) => verdict,
        }
    }

    #[rstest]
    #[case(Answer::fake_json(200, r#"{"payload":[]}"#), OutcomeClass::Ok)]
    #[case(error(400, "InvalidInput", ""), OutcomeClass::Bug)]
    #[case(error(401, "Unauthorized", ""), OutcomeClass::ReauthRequired)]
    #[case(
        error(403, "Unauthorized", "The access token you provided has expired."),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        error(
            403,
            "Unauthorized",
            "The access token you provided is revoked, malformed or invalid."
        ),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        error(403, "Unauthorized", "Access token is missing in the request header."),
        OutcomeClass::Bug
    )]
    #[case(error(403, "MissingAuthenticationToken", ""), OutcomeClass::Bug)]
    #[case(
        Answer::fake_json(403, r#"{"message":"Missing Authentication Token"}"#),
        OutcomeClass::Bug
    )]
    #[case(error(403, "Unauthorized", ""), OutcomeClass::ScopeMissing)]
    #[case(
        Answer::fake_json(403, r#"{"errors":[{"code":"Unauthorized","message":"Denied"}]}"#),
        OutcomeClass::ScopeMissing
    )]
    #[case(
        error(403, "Unauthorized", "The LWA secret token you provided has expired."),
        OutcomeClass::AppConfig
    )]
    #[case(error(404, "NotFound", ""), OutcomeClass::ConfigError)]
    #[case(error(413, "RequestTooLarge", ""), OutcomeClass::Bug)]
    #[case(error(415, "UnsupportedMediaType", ""), OutcomeClass::Bug)]
    #[case(error(429, "QuotaExceeded", ""), OutcomeClass::Throttled)]
    #[case(error(500, "InternalFailure", ""), OutcomeClass::Transient)]
    #[case(error(503, "ServiceUnavailable", ""), OutcomeClass::Transient)]
    fn the_table_of_the_selling_partner_api(
        #[case] answer: Answer,
        #[case] expected: OutcomeClass,
    ) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(error(401, "Unauthorized", ""), true)]
    #[case(
        error(403, "Unauthorized", "The access token you provided has expired."),
        true
    )]
    #[case(
        error(403, "Unauthorized", "… is revoked, malformed or invalid."),
        true
    )]
    #[case(error(403, "Unauthorized", ""), false)]
    #[case(
        error(403, "Unauthorized", "The LWA secret token you provided has expired."),
        false
    )]
    fn only_what_is_about_the_token_depends_on_its_age(
        #[case] answer: Answer,
        #[case] if_fresh: bool,
    ) {
        assert_eq!(matches!(verdict(&answer), Verdict::IfFresh(_)), if_fresh);
    }

    #[rstest]
    #[case(
        Answer::fake(403, "text/html", "<html>Unauthorized</html>"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(500, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(401, "", ""), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, ""), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, r#"{"errors":[]}"#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, r#"{"errors":[{}]}"#), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(403, r#"{"errors":[{"code":"Unautho"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake(403, "text/plain", r#"{"message":"x"}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_cut(403), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, r#"{"errors":[]}"#), OutcomeClass::Transient)]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(Some("0.5"), "2026-11-23T10:00:02Z")]
    #[case(Some("0.016"), "2026-11-23T10:01:02.500Z")]
    #[case(Some("0"), "2026-11-23T10:01:00Z")]
    #[case(Some("0.0000001"), "2026-11-23T11:00:00Z")]
    #[case(None, "2026-11-23T10:01:00Z")]
    fn a_wait_is_one_over_the_rate(#[case] rate: Option<&str>, #[case] until: &str) {
        let mut answer = error(429, "QuotaExceeded", "");
        if let Some(rate) = rate {
            answer = answer.with("x-amzn-ratelimit-limit", rate);
        }
        let Verdict::Final(outcome) = verdict(&answer) else {
            panic!("throttled is final")
        };
        assert_eq!(
            outcome.retry_at.unwrap(),
            until.parse::<DateTime<Utc>>().unwrap()
        );
    }
}
