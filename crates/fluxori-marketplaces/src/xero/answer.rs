//! What Xero's answers mean.

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{OutcomeClass, ports::RateHeadroom};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    http::{Answer, MAX_WAIT, header_number, retry_after},
    outside::lenient_text,
    verdict::Verdict,
};

/// One organisation that the token reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Tenant {
    #[serde(rename = "tenantId")]
    pub(super) id: Uuid,
    /// Xero calls it just `id`.
    #[serde(default, rename = "id")]
    pub(super) connection_id: Option<Uuid>,
    #[serde(default, rename = "tenantType", deserialize_with = "lenient_text")]
    pub(super) kind: Option<String>,
    #[serde(default, rename = "tenantName", deserialize_with = "lenient_text")]
    pub(super) name: Option<String>,
    /// The consent that connected it.
    #[serde(default, rename = "authEventId", deserialize_with = "lenient_text")]
    pub(super) auth_event: Option<String>,
}

/// The good answer, or what a bad one means. A list that is understood only in part is not a good answer:
/// the missing organisation could be ours.
pub(super) fn classify(answer: &Answer, now: DateTime<Utc>) -> Result<Vec<Tenant>, Verdict> {
    (answer.status() == 200)
        .then(|| answer.json())
        .flatten()
        .ok_or_else(|| refusal(answer, now))
}

/// What an answer means that is not a good one.
pub(super) fn refusal(answer: &Answer, now: DateTime<Utc>) -> Verdict {
    use OutcomeClass::{ConfigError, EdgeBlocked};
    match answer.status() {
        429 => Verdict::throttled(wait_of_window(answer, now), now),
        _ if answer.is_from_edge() => Verdict::of(EdgeBlocked),
        401 => of_unauthorized(answer, now),
        403 => of_forbidden(answer, now),
        404 => Verdict::of(ConfigError),
        500..=599 => Verdict::transient(answer, now),
        _ => Verdict::of_unlisted(answer, now),
    }
}

fn of_unauthorized(answer: &Answer, now: DateTime<Utc>) -> Verdict {
    use OutcomeClass::{ReauthRequired, ScopeMissing};
    let Some(detail) = detail(answer) else {
        return Verdict::of_unlisted(answer, now);
    };
    if detail.contains("authorizationunsuccessful") {
        Verdict::of(ScopeMissing)
    } else if detail.contains("tokenexpired")
        || detail.contains("authenticationunsuccessful")
        || names_invalid_token(answer.headers())
    {
        Verdict::IfFresh(ReauthRequired)
    } else {
        Verdict::of_unlisted(answer, now)
    }
}

fn of_forbidden(answer: &Answer, now: DateTime<Utc>) -> Verdict {
    use OutcomeClass::{ScopeMissing, TenantDisconnected};
    match detail(answer) {
        Some(detail) if detail.contains("authenticationunsuccessful") => {
            Verdict::of(TenantDisconnected)
        }
        Some(detail) if detail.contains("authorizationunsuccessful") => Verdict::of(ScopeMissing),
        _ => Verdict::of_unlisted(answer, now),
    }
}

/// The `detail` of an error document, in lower case. Its members come as `detail` and as `Detail`.
fn detail(answer: &Answer) -> Option<String> {
    let document: Map<String, Value> = answer.json()?;
    document
        .iter()
        .find(|(member, _)| member.eq_ignore_ascii_case("detail"))
        .and_then(|(_, value)| value.as_str())
        .map(str::to_ascii_lowercase)
}

fn names_invalid_token(headers: &HeaderMap) -> bool {
    headers
        .get(WWW_AUTHENTICATE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("invalid_token"))
}

/// `X-Rate-Limit-Problem` says which window is used up; only the day's may last longer than an hour.
fn wait_of_window(answer: &Answer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let problem = answer
        .headers()
        .get("x-rate-limit-problem")
        .and_then(|value| value.to_str().ok())
        .map(str::to_ascii_lowercase);
    let is_day = problem.as_deref() == Some("day");
    let longest = if is_day { TimeDelta::days(1) } else { MAX_WAIT };
    retry_after(answer.headers(), now, longest).or_else(|| match problem.as_deref() {
        Some("day") => Some(now + MAX_WAIT),
        Some("concurrent") => Some(now + TimeDelta::seconds(5)),
        _ => None,
    })
}

/// Calls left in whichever window is nearest to its end.
pub(super) fn headroom(headers: &HeaderMap) -> Option<RateHeadroom> {
    [
        "x-daylimit-remaining",
        "x-minlimit-remaining",
        "x-appminlimit-remaining",
    ]
    .into_iter()
    .filter_map(|name| header_number(headers, name))
    .min()
    .map(|remaining| RateHeadroom {
        limit: None,
        remaining,
        resets_at: None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TENANT: &str = "45e4708e-d862-4111-ab3a-dd8cd03913e1";

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn verdict(answer: &Answer) -> Verdict {
        match classify(answer, now()) {
            Ok(_) => Verdict::of(OutcomeClass::Ok),
            Err(verdict) => verdict,
        }
    }

    fn lower(status: u16, detail: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(
                r#"{{"type":null,"title":"Unauthorized","status":{status},"detail":"{detail}","instance":"i","extensions":{{}}}}"#
            ),
        )
    }

    fn pascal(status: u16, detail: &str) -> Answer {
        Answer::fake_json(
            status,
            &format!(
                r#"{{"Type":null,"Title":"Unauthorized","Status":{status},"Detail":"{detail}","Instance":"i","Extensions":{{}}}}"#
            ),
        )
    }

    #[rstest]
    #[case(
        lower(401, "TokenExpired: token expired at 11/23/2026 10:00:00"),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        pascal(401, "TokenExpired: token expired"),
        OutcomeClass::ReauthRequired
    )]
    #[case(lower(401, "AuthenticationUnsuccessful"), OutcomeClass::ReauthRequired)]
    #[case(
        pascal(401, "AuthenticationUnsuccessful"),
        OutcomeClass::ReauthRequired
    )]
    #[case(lower(401, "x").with("www-authenticate", "Bearer error=\"invalid_token\""), OutcomeClass::ReauthRequired)]
    #[case(lower(401, "AuthorizationUnsuccessful"), OutcomeClass::ScopeMissing)]
    #[case(pascal(401, "AuthorizationUnsuccessful"), OutcomeClass::ScopeMissing)]
    #[case(
        lower(403, "AuthenticationUnsuccessful"),
        OutcomeClass::TenantDisconnected
    )]
    #[case(
        pascal(403, "AuthenticationUnsuccessful"),
        OutcomeClass::TenantDisconnected
    )]
    #[case(lower(403, "AuthorizationUnsuccessful"), OutcomeClass::ScopeMissing)]
    #[case(lower(404, "x"), OutcomeClass::ConfigError)]
    #[case(lower(429, "x"), OutcomeClass::Throttled)]
    #[case(lower(500, "AuthenticationUnsuccessful"), OutcomeClass::Transient)]
    #[case(Answer::fake(500, "text/html", "<html>"), OutcomeClass::Transient)]
    #[case(Answer::fake(503, "text/html", "<html>"), OutcomeClass::Transient)]
    fn the_table_of_xero(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(lower(401, "something new"), OutcomeClass::Transient)]
    #[case(lower(403, "something new"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(401, r#"{"detail":null}"#), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(401, r#"{"detail":"TokenExp"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake(401, "", ""), OutcomeClass::Transient)]
    #[case(
        Answer::fake(401, "", "").with("www-authenticate", "Bearer error=\"invalid_token\""),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake(401, "text/plain", r#"{"detail":"TokenExpired"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake(401, "text/html", "<html>TokenExpired"),
        OutcomeClass::EdgeBlocked
    )]
    #[case(Answer::fake(403, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake_cut(403), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"[{"tenantId":"45e4708e"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(200, "{}"), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"[{"tenantName":"n"}]"#),
        OutcomeClass::Transient
    )]
    #[case(Answer::fake_json(200, ""), OutcomeClass::Transient)]
    #[case(Answer::fake(200, "text/html", "<html>"), OutcomeClass::EdgeBlocked)]
    fn half_answers_never_condemn_a_token(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(verdict(&answer).class(), expected);
    }

    #[rstest]
    #[case(&[("x-rate-limit-problem", "minute"), ("retry-after", "17")], "2026-11-23T10:00:17Z")]
    #[case(&[("x-rate-limit-problem", "appminute")], "2026-11-23T10:01:00Z")]
    #[case(&[("x-rate-limit-problem", "concurrent")], "2026-11-23T10:00:05Z")]
    #[case(&[("x-rate-limit-problem", "day"), ("retry-after", "50000")], "2026-11-23T23:53:20Z")]
    #[case(&[("x-rate-limit-problem", "minute"), ("retry-after", "50000")], "2026-11-23T11:00:00Z")]
    #[case(&[("x-rate-limit-problem", "day")], "2026-11-23T11:00:00Z")]
    #[case(&[], "2026-11-23T10:01:00Z")]
    fn only_the_window_of_a_day_lasts_longer_than_an_hour(
        #[case] headers: &[(&'static str, &str)],
        #[case] until: &str,
    ) {
        let answer = headers
            .iter()
            .fold(lower(429, "x"), |answer, (name, value)| {
                answer.with(name, value)
            });
        let Verdict::Final(outcome) = verdict(&answer) else {
            panic!("throttled is final")
        };
        assert_eq!(
            outcome.retry_at.unwrap(),
            until.parse::<DateTime<Utc>>().unwrap()
        );
    }

    #[test]
    fn tenants_are_read_from_what_xero_publishes() {
        let body = format!(
            r#"[{{"id":"7cb59f93-2964-421d-bb5e-a0f7a4572a44","authEventId":"{TENANT}","tenantId":"{TENANT}",
            "tenantType":"ORGANISATION","tenantName":"Demo","createdDateUtc":"2019-12-07T18:46:19.5165400"}}]"#
        );
        let tenants = classify(&Answer::fake_json(200, &body), now()).unwrap();
        assert_eq!(tenants[0].id.to_string(), TENANT);
        assert_eq!(classify(&Answer::fake_json(200, "[]"), now()).unwrap(), []);
    }

    #[test]
    fn headroom_is_that_of_the_tightest_window() {
        let answer = lower(200, "x")
            .with("x-daylimit-remaining", "4900")
            .with("x-minlimit-remaining", "58");
        assert_eq!(headroom(answer.headers()).unwrap().remaining, 58);
        assert_eq!(headroom(lower(200, "x").headers()), None);
    }
}
