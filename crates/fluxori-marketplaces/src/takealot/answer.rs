//! What Takealot's answers mean.

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, OutcomeClass, TakealotDetails, TakealotSurface,
    ports::{Account, RateHeadroom},
};
use reqwest::header::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    http::{Answer, MAX_WAIT, header_number, retry_after, seconds_from},
    outside::{code, lenient_text, lenient_texts, name},
    verdict::Verdict,
};

/// `GET /v1/seller` of the Marketplace API. Legal name and VAT status are in the answer too, and are not read.
#[derive(Debug, Deserialize)]
pub(super) struct Seller {
    #[serde(rename = "seller_id")]
    id: i64,
    #[serde(default, deserialize_with = "lenient_text")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient_texts")]
    countries: Vec<String>,
}

impl From<Seller> for Account {
    fn from(seller: Seller) -> Self {
        Self {
            id: AccountId::new(seller.id.to_string()).expect("a number is printable"),
            name: seller.display_name.as_deref().and_then(name),
            details: AccountDetails::Takealot(TakealotDetails {
                api_surface: TakealotSurface::Marketplace,
                seller_id: Some(seller.id),
                countries: seller
                    .countries
                    .iter()
                    .filter_map(|text| code(text))
                    .collect(),
            }),
        }
    }
}

/// `GET /v2/offers/count` of the Seller API.
#[derive(Debug, Deserialize)]
pub(super) struct OffersCount {
    /// How many there are is none of our business; that it is a number says that the key works.
    #[serde(rename = "count")]
    _count: u64,
}

/// Members of Takealot's error documents, old and new.
const ERROR_MEMBERS: [&str; 5] = ["message", "title", "errors", "fields", "status"];

/// The good answer, or what a bad one means.
pub(super) fn classify<T: DeserializeOwned>(
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<T, Verdict> {
    use OutcomeClass::{ConfigError, EdgeBlocked, ReauthRequired};
    Err(match answer.status() {
        429 => Verdict::throttled(
            retry_after(answer.headers(), now, MAX_WAIT)
                .or_else(|| resets_at(answer.headers(), now)),
            now,
        ),
        _ if answer.is_from_edge() => Verdict::of(EdgeBlocked),
        403 | 503 if answer.is_html() => Verdict::of(EdgeBlocked),
        200 => match answer.json() {
            Some(good) => return Ok(good),
            None => Verdict::of_unlisted(answer, now),
        },
        // A key cannot be refreshed, so there is nothing to try first.
        401 | 403 if is_error_document(answer) => Verdict::of(ReauthRequired),
        400 | 404 | 422 => Verdict::of(ConfigError),
        500..=599 => Verdict::transient(answer, now),
        _ => Verdict::of_unlisted(answer, now),
    })
}

fn is_error_document(answer: &Answer) -> bool {
    answer.json::<Map<String, Value>>().is_some_and(|document| {
        ERROR_MEMBERS
            .iter()
            .any(|member| document.contains_key(*member))
    })
}

/// How many calls are left, as the Seller API says in every answer.
pub(super) fn headroom(headers: &HeaderMap, now: DateTime<Utc>) -> Option<RateHeadroom> {
    Some(RateHeadroom {
        limit: header_number(headers, "x-ratelimit-limit"),
        remaining: header_number(headers, "x-ratelimit-remaining")?,
        resets_at: resets_at(headers, now),
    })
}

/// `x-RateLimit-Reset` is declared as a text: seconds from now, or since 1970 when that is so large.
fn resets_at(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    const SURELY_A_DATE: u64 = 1_000_000_000;
    let number = header_number(headers, "x-ratelimit-reset")?;
    if number < SURELY_A_DATE {
        #[expect(clippy::cast_precision_loss, reason = "below a billion")]
        return seconds_from(now, number as f64, MAX_WAIT);
    }
    let at = DateTime::from_timestamp(i64::try_from(number).ok()?, 0)?;
    Some(at.clamp(now, now + MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn class(answer: &Answer) -> OutcomeClass {
        classify::<Seller>(answer, now()).map_or_else(Verdict::class, |_| OutcomeClass::Ok)
    }

    fn html(status: u16) -> Answer {
        Answer::fake(
            status,
            "text/html; charset=UTF-8",
            "<html>Just a moment...</html>",
        )
    }

    #[rstest]
    #[case(Answer::fake_json(200, r#"{"seller_id":7}"#), OutcomeClass::Ok)]
    #[case(
        Answer::fake_json(200, r#"{"seller_id":7,"display_name":null,"countries":{"a":1}}"#),
        OutcomeClass::Ok
    )]
    #[case(
        Answer::fake_json(401, r#"{"errors":[{"code":"x"}]}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(401, r#"{"title":"Unauthorized"}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(403, r#"{"message":"Forbidden"}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(
        Answer::fake_json(403, r#"{"errors":["ForbiddenError"]}"#),
        OutcomeClass::ReauthRequired
    )]
    #[case(html(403), OutcomeClass::EdgeBlocked)]
    #[case(html(503), OutcomeClass::EdgeBlocked)]
    #[case(
        Answer::fake_json(404, r#"{"message":"?"}"#),
        OutcomeClass::ConfigError
    )]
    #[case(html(404), OutcomeClass::ConfigError)]
    #[case(
        Answer::fake_json(400, r#"{"fields":[],"message":"?","status":400}"#),
        OutcomeClass::ConfigError
    )]
    #[case(Answer::fake_json(422, r#"{"errors":[]}"#), OutcomeClass::ConfigError)]
    #[case(Answer::fake_json(429, r#"{"message":"?"}"#), OutcomeClass::Throttled)]
    #[case(html(429), OutcomeClass::Throttled)]
    #[case(Answer::fake_json(500, r#"{"message":"?"}"#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(502, r#"{"title":"?"}"#), OutcomeClass::Transient)]
    #[case(html(500), OutcomeClass::Transient)]
    fn the_table_of_takealot(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }

    #[rstest]
    #[case(Answer::fake_json(200, ""), OutcomeClass::Transient)]
    #[case(Answer::fake_json(200, r#"{"seller_id":7"#), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(200, r#"{"seller_id":"seven"}"#),
        OutcomeClass::Transient
    )]
    #[case(
        Answer::fake(200, "text/plain", r#"{"seller_id":7}"#),
        OutcomeClass::Transient
    )]
    #[case(html(200), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake_cut(200), OutcomeClass::Transient)]
    #[case(html(401), OutcomeClass::EdgeBlocked)]
    #[case(Answer::fake(401, "", ""), OutcomeClass::Transient)]
    #[case(Answer::fake(403, "text/plain", "Forbidden"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, "{}"), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, r#""message""#), OutcomeClass::Transient)]
    #[case(Answer::fake_json(403, r#"{"message":"For"#), OutcomeClass::Transient)]
    #[case(Answer::fake_cut(403), OutcomeClass::Transient)]
    #[case(
        Answer::fake_json(403, r#"{"title":"Error 1020","status":403,"cloudflare_error":true}"#),
        OutcomeClass::EdgeBlocked
    )]
    fn half_answers_never_condemn_a_key(#[case] answer: Answer, #[case] expected: OutcomeClass) {
        assert_eq!(class(&answer), expected);
    }

    #[rstest]
    #[case(Answer::fake_json(429, "{}").with("retry-after", "7"), "2026-11-23T10:00:07Z")]
    #[case(Answer::fake_json(429, "{}").with("x-ratelimit-reset", "9"), "2026-11-23T10:00:09Z")]
    #[case(Answer::fake_json(429, "{}").with("x-ratelimit-reset", "1795428030"), "2026-11-23T10:00:30Z")]
    #[case(Answer::fake_json(429, "{}"), "2026-11-23T10:01:00Z")]
    fn a_throttled_call_says_until_when(#[case] answer: Answer, #[case] until: &str) {
        let Err(Verdict::Final(outcome)) = classify::<Seller>(&answer, now()) else {
            panic!("throttled is final")
        };
        assert_eq!(
            outcome.retry_at.unwrap(),
            until.parse::<DateTime<Utc>>().unwrap()
        );
    }

    #[test]
    fn a_count_of_offers_says_that_the_key_works() {
        let good = Answer::fake_json(200, r#"{"count":0}"#);
        assert!(classify::<OffersCount>(&good, now()).is_ok());
        let other = Answer::fake_json(200, r#"{"message":"welcome"}"#);
        assert!(classify::<OffersCount>(&other, now()).is_err());
    }

    #[test]
    fn headroom_needs_a_number_of_calls_left() {
        let answer = Answer::fake_json(200, "{}")
            .with("x-ratelimit-limit", "100")
            .with("x-ratelimit-remaining", "99");
        let rate = headroom(answer.headers(), now()).unwrap();
        assert_eq!(
            (rate.limit, rate.remaining, rate.resets_at),
            (Some(100), 99, None)
        );
        assert_eq!(
            headroom(Answer::fake_json(200, "{}").headers(), now()),
            None
        );
    }
}
