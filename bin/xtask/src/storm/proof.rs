//! What nobody may find after a scene, whatever happened in it.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Finding, site::Site};
use crate::interrupts::Interrupts;

/// Lets all access tokens run out, in the vault and at the marketplace, and has a process that knows nothing renew each
/// and call the marketplace with it: whatever refresh token is stored must still be good for that. Then nobody may have
/// been blamed, and `tallies` of the callers may not hold an answer that does.
pub(crate) fn findings(
    site: &mut Site,
    scene: &'static str,
    credentials: usize,
    tallies: &[Value],
    interrupts: &mut Interrupts,
) -> Result<Vec<Finding>> {
    site.expire()?;
    site.control.expire()?;
    let prover = site.start(&["prove", &credentials.to_string()])?;
    let told = prover.end(interrupts)?;
    let accepted = told["accepted"].as_i64().context("nothing was proven")?;
    let flagged = site.flagged()?;
    let violations = site.control.violations()?;
    let wrong: i64 = tallies.iter().chain([&told["seen"]]).map(wrong_in).sum();
    Ok(vec![
        Finding::count(
            scene,
            "connections lost",
            i64::try_from(credentials)? - accepted,
        )
        .exactly(0),
        Finding::count(
            scene,
            "connections wrongly flagged",
            flagged.connections + flagged.verdicts,
        )
        .exactly(0),
        Finding::count(
            scene,
            "callers told that something is wrong, or handed old tokens",
            wrong,
        )
        .exactly(0),
        Finding::count(
            scene,
            "requests that no marketplace would accept",
            i64::try_from(violations)?,
        )
        .exactly(0),
    ])
}

/// Answers that there may not be.
fn wrong_in(tally: &Value) -> i64 {
    let kinds = tally["wrong"].as_object();
    let kinds = kinds.map_or(0, |kinds| kinds.values().filter_map(Value::as_i64).sum());
    kinds + tally["stale"].as_i64().unwrap_or_default()
}

/// How many calls took so many milliseconds, put together.
pub(crate) struct Took(Vec<(u64, u64)>);

impl Took {
    pub(crate) fn of(tallies: &[Value]) -> Self {
        let mut took: Vec<(u64, u64)> = tallies
            .iter()
            .flat_map(|tally| tally["took"].as_array().into_iter().flatten())
            .filter_map(|pair| Some((pair[0].as_u64()?, pair[1].as_u64()?)))
            .collect();
        took.sort_unstable();
        Self(took)
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The milliseconds within which this percentage of the calls ended.
    pub(crate) fn percentile(&self, percent: u64) -> u64 {
        let wanted = (self.calls() * percent).div_ceil(100);
        let mut ended = 0;
        let place = self.0.iter().find(|(_, count)| {
            ended += count;
            ended >= wanted
        });
        place.map_or(0, |(milliseconds, _)| *milliseconds)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn percentiles_are_of_all_processes_together() {
        let took = Took::of(&[
            json!({"took": [[1, 90], [40, 1]]}),
            json!({"took": [[2, 9]]}),
        ]);
        assert_eq!(took.calls(), 100);
        let percentiles = [50, 90, 99, 100].map(|percent| took.percentile(percent));
        assert_eq!(percentiles, [1, 1, 2, 40]);
        assert_eq!(Took::of(&[]).percentile(99), 0);
    }

    #[test]
    fn every_wrong_answer_counts() {
        let tally = json!({"wrong": {"refused": 2, "needs-seller": 1}, "stale": 4, "later": {"waiting": 8}});
        assert_eq!(wrong_in(&tally), 7);
    }
}
