//! What Shopify's answers mean.

use chrono::{DateTime, Utc};
use fluxori_domain::OutcomeClass;
use serde_json::Value;

use super::graphql::{Data, read};

use crate::{
    http::{Answer, MAX_WAIT, retry_after},
    verdict::Verdict,
};

/// The good answer, or what a bad one means.
pub(super) fn classify(answer: &Answer, now: DateTime<Utc>) -> Result<Data, Verdict> {
    if answer.status() == 200 && !answer.is_from_edge() {
        read(answer, now)
    } else {
        Err(refusal(answer, now))
    }
}

/// What an answer means that is not a good one.
pub(super) fn refusal(answer: &Answer, now: DateTime<Utc>) -> Verdict {
    use OutcomeClass::{AccountSuspended, ConfigError, EdgeBlocked, ReauthRequired};
    match answer.status() {
        429 => Verdict::throttled(retry_after(answer.headers(), now, MAX_WAIT), now),
        // A security rejection: as far back as we ever go.
        430 => Verdict::throttled(Some(now + MAX_WAIT), now),
        _ if answer.is_from_edge() => Verdict::of(EdgeBlocked),
        401 => match errors(answer) {
            Some(_) => Verdict::IfFresh(ReauthRequired),
            None => Verdict::of_unlisted(answer, now),
        },
        402 | 423 => Verdict::of(AccountSuspended),
        403 => match errors(answer) {
            Some(errors) => of_forbidden(&errors),
            None => Verdict::of_unlisted(answer, now),
        },
        404 => Verdict::of(ConfigError),
        500..=599 => Verdict::transient(answer, now),
        _ => Verdict::of_unlisted(answer, now),
    }
}

/// `errors` of a refusal: a text, an object or a list, but something.
fn errors(answer: &Answer) -> Option<Value> {
    let mut document: serde_json::Map<String, Value> = answer.json()?;
    document.remove("errors").filter(|errors| match errors {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    })
}

/// Status 403 has three meanings, told apart by words only.
fn of_forbidden(errors: &Value) -> Verdict {
    let text = errors.to_string().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["non-expiring"]) {
        // A refresh exchanges it for the kind that is accepted.
        return Verdict::IfFresh(OutcomeClass::TokenKindObsolete);
    }
    let is_about_the_shop = says(&[
        "fraud",
        "frozen",
        "locked",
        "suspended",
        "on hold",
        "unavailable shop",
    ]);
    Verdict::of(if is_about_the_shop {
        OutcomeClass::AccountSuspended
    } else {
        OutcomeClass::ScopeMissing
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SHOP: &str =
        r#"{"data":{"shop":{"myshopifyDomain":"a.myshopify.com"},"currentAppInstallation":null}}"#;
    const UNKNOWN_TOKEN: &str = r#"{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}"#;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn verdict(answer: &Answer) -> Verdict {
        match classify(answer, now()) {
            Ok(_) => Verdict::of(OutcomeClass::Ok),
            Err(verdict) => verdict,
        }
    }

    fn coded(code: &str) -> Answer {
        Answer::fake_json(
            200,
            &format!(
                r#"{{"errors":[{{"message":"m","extensions":{{"code":"{code}"}}}}],
                "extensions":{{"cost":{{"requestedQueryCost":52,"throttleStatus":
                {{"maximumAvailable":1000.0,"currentlyAvailable":2,"restoreRate":50.0}}}}}}}}"#
            ),
        )
    }

    #[rstest]
    #[case(Answer::fake_json(200, SHOP), OutcomeClass::Ok)]
    #[case(coded("THROTTLED"), OutcomeClass::Throttled)]
    #[case(coded("ACCESS_DENIED"), OutcomeClass::ScopeMissing)]
    #[case(coded("SHOP_INACTIVE"), OutcomeClass::AccountSuspended)]
    #[case(coded("INTERNAL_SERVER_ERROR"), OutcomeClass::Transient)]
    #[case(coded("undefinedField"), OutcomeClass::Bug)]
    #[case(Answer::fake_json(401, UNKNOWN_TOKEN), OutcomeClass::ReauthRequired)]
    #[case(
        Answer::fake_json(401, r#"{"errors":{"base":["x"]}}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(401, r#"{"errors":[{"message":"x"}]}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(402, r#"{"errors":"Unavailable Shop"}"#),
        OutcomeClass::AccountSuspended
    )]
    #[case(
        Answer::fake_json(
            403,
            r#"{"errors":"[API] This action requires merchant approval for read_x scope."}"#
        ),
        OutcomeClass::ScopeMissing
    )]
    #[case(
        Answer::fake_json(403, r#"{"errors":"[API] Non-expiring access tokens are no longer accepted for the Admin API."}"#),
        OutcomeClass::TokenKindObsolete
    )]
    #[case(
        Answer::fake_json(403, r#"{"errors":{"shop":"is on hold"}}"#),
        OutcomeClass::AccountSuspended
    )]
    #[case(
        Answer::fake_json(404, r#"{"errors":"Not Found"}"#),
        OutcomeClass::ConfigError
    )]
    #[case(Answer::fake(404, "text/html", "<html>"), OutcomeClass::ConfigError)]
    #[case(
        Answer::fake_json(423, r#"{"errors":"Locked"}"#),
        OutcomeClass::AccountSuspended
    )]
    #[case(
        Answer::fake_json(429, r#"{"errors":"Exceeded"}"#),
        OutcomeClass::Throttled
    )]
    #[case(Answer::fake(430, "text/html", "<html>"), OutcomeClass::Throttled)]
    #[case(Answer::fake_json(500, r#"{"errors":"x"}"#), OutcomeClass::Transient)]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(520, "text/html", "<html>"), OutcomeClass::Transient)]
    fn the_table_of_shopify(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(
        Answer::fake(401, "text/html", "<html>Invalid API key"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(403, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(401, "", ""), OutcomeClass::Transient)]
    #[case(
        Answer::fake(401, "text/plain", UNKNOWN_TOKEN),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake_json(401, r#"{"errors":"[API] Inv"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(401, r#"{"errors":null}"#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(401, r#"{"errors":[]}"#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, "[]"), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(401), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, "{}"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, r#"{"data":null}"#), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"{"data":{"shop":null}}"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(200, &SHOP[..20]), OutcomeClass::Transient)]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(coded("THROTTLED"), "2026-11-23T10:00:01Z")]
    #[case(
        Answer::fake_json(200, r#"{"errors":[{"extensions":{"code":"THROTTLED"}}]}"#),
        "2026-11-23T10:01:00Z"
    )]
    #[case(Answer::fake_json(429, "{}").with("retry-after", "2.0"), "2026-11-23T10:00:02Z")]
    #[case(Answer::fake_json(429, "{}"), "2026-11-23T10:01:00Z")]
    #[case(Answer::fake_json(430, "{}"), "2026-11-23T11:00:00Z")]
    fn a_throttled_call_says_until_when(#[case] answer: Answer, #[case] until: &str) {
        let Verdict::Final(outcome) = verdict(&answer) else {
            panic!("throttled is final")
        };
        assert_eq!(
            outcome.retry_at.unwrap(),
            until.parse::<DateTime<Utc>>().unwrap()
        );
    }
}
