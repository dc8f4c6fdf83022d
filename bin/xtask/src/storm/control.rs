//! Orders to the simulated marketplaces, and to the simulated Google, without an HTTP client.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::local::Request;

const PATIENCE: Duration = Duration::from_secs(30);

/// What is simulated at an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control(SocketAddr);

/// What the marketplace counted for one grant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GrantCounts {
    /// Refreshes that gave tokens.
    pub(crate) spent: i64,
    /// Of those, the ones whose answer was lost on purpose.
    pub(crate) lost: i64,
    /// Refreshes that were refused.
    pub(crate) refused: i64,
}

impl Control {
    /// Where an address below theirs leads, such as `http://127.0.0.1:9000/xero`.
    pub(crate) fn of_url(url: &str) -> Result<Self> {
        let rest = url.strip_prefix("http://").context("no http:// address")?;
        let host = rest.split('/').next().unwrap_or_default();
        let address = host
            .parse()
            .with_context(|| format!("{host} is no address and port"))?;
        Ok(Self(address))
    }

    /// Makes grants at Xero whose access tokens have run out, and returns them with their tokens.
    pub(crate) fn seed(&self, count: usize) -> Result<Value> {
        let order = json!({"provider": "xero", "count": count, "expired": true});
        self.order("POST", "grants", &order)
    }

    /// What was counted for these grants.
    pub(crate) fn counts(&self, grants: &[u64]) -> Result<Vec<GrantCounts>> {
        let told = self.order("GET", "grants", &Value::Null)?;
        let views = told["grants"].as_array().context("no list of grants")?;
        grants
            .iter()
            .map(|id| {
                let view = views.iter().find(|view| view["id"].as_u64() == Some(*id));
                let view = view.with_context(|| format!("grant {id} is gone"))?;
                let count = |name: &str| {
                    let count = view[name].as_i64();
                    count.with_context(|| format!("a grant without {name}"))
                };
                Ok(GrantCounts {
                    spent: count("spent")?,
                    lost: count("lost")?,
                    refused: count("refused")?,
                })
            })
            .collect()
    }

    /// Lets the answers to this share of the refreshes be lost after they were granted, and all others take so long.
    pub(crate) fn trouble(&self, lost: f64, slow: Duration, seed: u64) -> Result<()> {
        if lost > 0.0 {
            let order = json!({
                "fault": "answer-lost", "call": "xero_token", "probability": lost, "seed": seed,
            });
            self.order("POST", "faults", &order)?;
        }
        let milliseconds = u64::try_from(slow.as_millis())?;
        let order = json!({"fault": "slow", "call": "xero_token", "milliseconds": milliseconds});
        self.order("POST", "faults", &order).map(|_| ())
    }

    /// Answers well from now on.
    pub(crate) fn end_trouble(&self) -> Result<()> {
        self.order("DELETE", "faults", &Value::Null).map(|_| ())
    }

    /// Takes no access token any more that was handed out until now.
    pub(crate) fn expire(&self) -> Result<()> {
        self.order("POST", "expire", &json!({"provider": "xero"}))
            .map(|_| ())
    }

    /// How many requests came that a marketplace would not accept.
    pub(crate) fn violations(&self) -> Result<usize> {
        let told = self.order("GET", "violations", &Value::Null)?;
        let list = told["violations"].as_array();
        Ok(list.context("no list of violations")?.len())
    }

    /// Sends an order, and returns what is answered.
    pub(crate) fn order(&self, method: &str, what: &str, order: &Value) -> Result<Value> {
        let request = Request {
            method,
            path: &format!("/control/{what}"),
            headers: &[],
            body: order,
            patience: PATIENCE,
        };
        // What was answered may hold tokens, so nothing of it is told.
        let disobeyed = || format!("what is simulated did not obey {method} {what}");
        let answer = request.send(self.0).with_context(disobeyed)?;
        ensure!(
            answer.status == 200,
            "{}: its status is not 200",
            disobeyed()
        );
        Ok(answer.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_to_the_host_of_any_address_below() {
        let control = Control::of_url("http://127.0.0.1:9100/xero").unwrap();
        assert_eq!(control.0, "127.0.0.1:9100".parse().unwrap());
        assert!(Control::of_url("https://xero.example").is_err());
    }
}
