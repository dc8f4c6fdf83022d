use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait that a marketplace is believed, unless it names a longer window of its own.
pub(crate) const MAX_WAIT: TimeDelta = TimeDelta::hours(1);

/// How long to wait when a marketplace does not say.
pub(crate) const UNKNOWN_WAIT: TimeDelta = TimeDelta::seconds(60);

/// When `Retry-After` says to try again: seconds or a date, never in the past, never later than `longest` from now.
pub(crate) fn retry_after(
    headers: &HeaderMap,
    now: DateTime<Utc>,
    longest: TimeDelta,
) -> Option<DateTime<Utc>> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let at = match text.parse::<f64>() {
        Ok(seconds) => seconds_from(now, seconds, longest)?,
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.to_utc(),
    };
    Some(at.clamp(now, now + longest))
}

/// `seconds` from now, but no longer than `longest`; `None` for a number that is no duration.
pub(crate) fn seconds_from(
    now: DateTime<Utc>,
    seconds: f64,
    longest: TimeDelta,
) -> Option<DateTime<Utc>> {
    if !seconds.is_finite() || seconds < 0.0 {
        return None;
    }
    // Rounded up: a wait that ends early is one more refusal.
    let milliseconds = (seconds * 1000.0).ceil().min(1e12);
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the line above")]
    let wait = TimeDelta::milliseconds(milliseconds as i64).min(longest);
    Some(now + wait)
}

/// A header that is a whole number.
pub(crate) fn header_number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    #[rstest]
    #[case("30", Some("2026-11-23T10:00:30Z"))]
    #[case(" 1.5 ", Some("2026-11-23T10:00:01.500Z"))]
    #[case("0", Some("2026-11-23T10:00:00Z"))]
    #[case("86400", Some("2026-11-23T11:00:00Z"))]
    #[case("99999999999999999999", Some("2026-11-23T11:00:00Z"))]
    #[case("Mon, 23 Nov 2026 10:02:00 GMT", Some("2026-11-23T10:02:00Z"))]
    #[case("Mon, 23 Nov 2026 09:00:00 GMT", Some("2026-11-23T10:00:00Z"))]
    #[case("Tue, 24 Nov 2026 10:00:00 GMT", Some("2026-11-23T11:00:00Z"))]
    #[case("-5", None)]
    #[case("NaN", None)]
    #[case("inf", None)]
    #[case("soon", None)]
    #[case("", None)]
    fn a_wait_is_seconds_or_a_date_within_the_hour(
        #[case] value: &'static str,
        #[case] at: Option<&str>,
    ) {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
        let expected = at.map(|at| at.parse::<DateTime<Utc>>().unwrap());
        assert_eq!(retry_after(&headers, now(), MAX_WAIT), expected);
    }
}
