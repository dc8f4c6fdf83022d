use chrono::{DateTime, Utc};
use fluxori_connections::TestSummary;
use fluxori_domain::OutcomeClass;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::OutcomeClassSchema;

/// What a test at the marketplace found out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestResult)]
pub(crate) struct TestView<'a> {
    /// When it began.
    tested_at: DateTime<Utc>,
    /// What the answer means.
    #[schema(value_type = OutcomeClassSchema)]
    outcome: OutcomeClass,
    /// The same as a sentence for the seller.
    message: &'static str,
    /// Not before this time, where the marketplace said so.
    retry_at: Option<DateTime<Utc>>,
    /// The account's name as the marketplace reported it.
    account_name: Option<&'a str>,
    /// From the first byte sent to the last byte read, in milliseconds.
    latency_ms: u64,
    /// How many more calls the marketplace allows, where it says so.
    rate: Option<RateView>,
}

/// How many more calls a marketplace allows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RateHeadroom)]
struct RateView {
    /// Calls allowed in the window.
    limit: Option<u64>,
    /// Calls left in the window.
    remaining: u64,
    /// When the window begins anew.
    resets_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a TestSummary> for TestView<'a> {
    fn from(test: &'a TestSummary) -> Self {
        Self {
            tested_at: test.at,
            outcome: test.outcome.class,
            message: test.outcome.class.sentence(),
            retry_at: test.outcome.retry_at,
            account_name: test.account_name.as_deref(),
            latency_ms: u64::try_from(test.latency.as_millis()).unwrap_or(u64::MAX),
            rate: test.rate.map(|rate| RateView {
                limit: rate.limit,
                remaining: rate.remaining,
                resets_at: rate.resets_at,
            }),
        }
    }
}
