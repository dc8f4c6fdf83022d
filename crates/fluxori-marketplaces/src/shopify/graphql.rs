//! What Shopify's GraphQL interface answers to the test query.

use chrono::{DateTime, Utc};
use fluxori_domain::{OutcomeClass, ports::RateHeadroom};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    http::{Answer, MAX_WAIT, seconds_from},
    outside::lenient_text,
    verdict::Verdict,
};

/// The answer to the test query. The shop's e-mail address and owner are not asked for.
#[derive(Deserialize)]
pub(super) struct Data {
    pub(super) shop: Shop,
    #[serde(default, rename = "currentAppInstallation")]
    pub(super) installation: Option<Installation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shop {
    pub(super) myshopify_domain: String,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) currency_code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) iana_timezone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Installation {
    #[serde(default)]
    pub(super) access_scopes: Vec<Scope>,
}

#[derive(Deserialize)]
pub(super) struct Scope {
    pub(super) handle: String,
}

/// A GraphQL answer is a 200 whatever happened.
pub(super) fn read(answer: &Answer, now: DateTime<Utc>) -> Result<Data, Verdict> {
    #[derive(Deserialize)]
    struct Response {
        #[serde(default)]
        data: Value,
        #[serde(default)]
        errors: Value,
        #[serde(default)]
        extensions: Value,
    }
    let unlisted = || Verdict::of_unlisted(answer, now);
    let response: Response = answer.json().ok_or_else(unlisted)?;
    let mut codes = response
        .errors
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error.pointer("/extensions/code")?.as_str());
    let of_code = codes.find_map(|code| match code {
        "THROTTLED" => Some(Verdict::throttled(
            wait_for_points(&response.extensions, now),
            now,
        )),
        "ACCESS_DENIED" => Some(Verdict::of(OutcomeClass::ScopeMissing)),
        "SHOP_INACTIVE" => Some(Verdict::of(OutcomeClass::AccountSuspended)),
        "INTERNAL_SERVER_ERROR" => Some(Verdict::of(OutcomeClass::Transient)),
        _ => None,
    });
    if let Some(verdict) = of_code {
        return Err(verdict);
    }
    let asked_wrongly = response
        .errors
        .as_array()
        .is_some_and(|errors| !errors.is_empty());
    match serde_json::from_value(response.data) {
        Ok(data) => Ok(data),
        Err(_) if asked_wrongly => Err(Verdict::of(OutcomeClass::Bug)),
        Err(_) => Err(unlisted()),
    }
}

/// Until as many points have come back as the query costs.
fn wait_for_points(extensions: &Value, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let number = |pointer| extensions.pointer(pointer)?.as_f64();
    let needed = number("/cost/requestedQueryCost")?;
    let available = number("/cost/throttleStatus/currentlyAvailable")?;
    let per_second = number("/cost/throttleStatus/restoreRate")?;
    seconds_from(now, (needed - available).max(0.0) / per_second, MAX_WAIT)
}

/// Points of the query budget, as every GraphQL answer says.
pub(super) fn headroom(answer: &Answer) -> Option<RateHeadroom> {
    #[derive(Deserialize)]
    struct Response {
        extensions: Value,
    }
    let response: Response = answer.json()?;
    let status = response.extensions.pointer("/cost/throttleStatus")?;
    Some(RateHeadroom {
        limit: whole(status.get("maximumAvailable")?),
        remaining: whole(status.get("currentlyAvailable")?)?,
        resets_at: None,
    })
}

/// Shopify writes whole numbers of points as `1000.0` at times.
fn whole(number: &Value) -> Option<u64> {
    let points = number
        .as_f64()
        .filter(|points| (0.0..=1e9).contains(points))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the line above"
    )]
    Some(points as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headroom_is_counted_in_points() {
        let answer = Answer::fake_json(
            200,
            r#"{"extensions":{"cost":{"throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":2}}}}"#,
        );
        let rate = headroom(&answer).unwrap();
        assert_eq!((rate.limit, rate.remaining), (Some(1000), 2));
        assert_eq!(headroom(&Answer::fake_json(200, "{}")), None);
    }
}
