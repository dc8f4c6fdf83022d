//! What goes wrong at the marketplaces.

use anyhow::Result;
use serde_json::{Value, json};

use crate::storm::Control;

/// The share of the calls that each kind of trouble meets.
const SHARE: f64 = 0.01;

/// Some calls fail, in every way there is.
pub(crate) fn usual(marketplaces: &Control, seed: u64) -> Result<()> {
    well(marketplaces)?;
    for mut rule in ways() {
        rule["probability"] = SHARE.into();
        rule["seed"] = seed.into();
        marketplaces.order("POST", "faults", &rule)?;
    }
    Ok(())
}

/// No call succeeds.
pub(crate) fn outage(marketplaces: &Control) -> Result<()> {
    well(marketplaces)?;
    let rule = json!({"fault": "page", "status": 503});
    marketplaces.order("POST", "faults", &rule).map(|_| ())
}

/// Every call succeeds.
pub(crate) fn well(marketplaces: &Control) -> Result<()> {
    marketplaces.end_trouble()
}

fn ways() -> [Value; 9] {
    [
        json!({"fault": "answer-lost"}),
        json!({"fault": "reset"}),
        json!({"fault": "half-body"}),
        json!({"fault": "page", "status": 200}),
        json!({"fault": "page", "status": 502}),
        json!({"fault": "page-after", "status": 503}),
        json!({"fault": "throttled"}),
        json!({"fault": "slow", "milliseconds": 500}),
        json!({"fault": "slow", "milliseconds": 5_000}),
    ]
}
