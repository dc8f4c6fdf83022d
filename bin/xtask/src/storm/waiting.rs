//! How much longer than a refresh those wait who did not make it: at each beat callers of all processes ask for the same
//! expired credential.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Finding, proof,
    site::{Setting, Site},
};

const SCENE: &str = "waiting";

/// How long the marketplace takes for each refresh.
const ANSWER: Duration = Duration::from_millis(50);
/// From now to the first beat: every process has heard of it by then.
const NOTICE: Duration = Duration::from_secs(1);
/// What the 99th percentile may be, in milliseconds.
const MOST: f64 = 100.0;

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let (rounds, callers) = setting.plan.waiting();
    let processes = setting.plan.size.processes;
    let mut site = Site::open(setting, SCENE, rounds)?;
    site.control.trouble(0.0, ANSWER, setting.plan.seed)?;
    let mut workers = Vec::new();
    for _ in 0..processes {
        workers.push(site.start(&["wait", &callers.to_string(), &rounds.to_string()])?);
    }
    for worker in &workers {
        worker.wait_until_ready(setting.interrupts)?;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a moment that processes on this machine agree on"
    )]
    let first = SystemTime::now().duration_since(UNIX_EPOCH)? + NOTICE;
    for worker in &mut workers {
        worker.say(&format!("go {}", first.as_millis()))?;
    }
    let mut told = Vec::new();
    for worker in workers {
        told.push(worker.end(setting.interrupts)?);
    }

    let sums = site.sums()?;
    let waits = Waits::of(&told, rounds)?;
    let late = Finding::measure(
        SCENE,
        "beyond the refresh, 99 %",
        percentile(&waits.beyond, 99),
        "ms",
    );
    let mut findings = vec![
        Finding::count(
            SCENE,
            format!(
                "grants spent on as many credentials, by {} callers each",
                processes * callers
            ),
            sums.spent,
        )
        .exactly(i64::try_from(rounds)?),
        Finding::measure(
            SCENE,
            "a refresh, as the first to have it saw it, median",
            percentile(&waits.refreshes, 50),
            "ms",
        ),
        Finding::measure(
            SCENE,
            "beyond the refresh, median",
            percentile(&waits.beyond, 50),
            "ms",
        ),
        // A build without optimisation is too slow to be judged by.
        if setting.plan.is_short {
            late
        } else {
            late.at_most(MOST)
        },
        Finding::measure(
            SCENE,
            "beyond the refresh, longest",
            percentile(&waits.beyond, 100),
            "ms",
        ),
    ];
    let proof = proof::findings(&mut site, SCENE, rounds, &[], setting.interrupts)?;
    findings.extend(proof);
    Ok(findings)
}

/// In milliseconds.
#[derive(Debug, Default, PartialEq)]
struct Waits {
    /// For each credential, how long it took until the first of its callers had the new tokens.
    refreshes: Vec<f64>,
    /// For each call, by how much it ended later than that.
    beyond: Vec<f64>,
}

impl Waits {
    /// From what the processes told: of each credential, when each call began and ended, in microseconds.
    fn of(told: &[Value], rounds: usize) -> Result<Self> {
        let mut waits = Self::default();
        for round in 0..rounds {
            let mut calls = Vec::new();
            for process in told {
                let list = process["calls"][round].as_array();
                for call in list.context("a process left a credential out")? {
                    let moment = |end: usize| call[end].as_u64().context("a call without a time");
                    calls.push((moment(0)?, moment(1)?));
                }
            }
            let began = calls.iter().map(|call| call.0).min();
            let had = calls.iter().map(|call| call.1).min();
            let (began, had) = began.zip(had).context("nobody called")?;
            ensure!(
                calls.iter().all(|call| call.0 <= had),
                "a call began after a refresh that it should have waited for: the machine is too busy to measure waiting"
            );
            waits.refreshes.push(milliseconds(had - began));
            let beyond = calls.iter().map(|call| milliseconds(call.1 - had));
            waits.beyond.extend(beyond);
        }
        waits.refreshes.sort_by(f64::total_cmp);
        waits.beyond.sort_by(f64::total_cmp);
        Ok(waits)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few minutes at most")]
const fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// Of sorted values.
fn percentile(values: &[f64], percent: usize) -> f64 {
    let place = (values.len() * percent).div_ceil(100).max(1) - 1;
    values.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn waiting_is_counted_from_the_first_who_had_the_tokens() {
        let told = [
            json!({"calls": [[[1_000, 81_000], [2_000, 82_000]]]}),
            json!({"calls": [[[1_500, 111_000]]]}),
        ];
        let waits = Waits::of(&told, 1).unwrap();
        assert_eq!(waits.refreshes, [80.0]);
        assert_eq!(waits.beyond, [0.0, 1.0, 30.0]);
        assert!((percentile(&waits.beyond, 99) - 30.0).abs() < 1e-9);
        assert!((percentile(&waits.beyond, 50) - 1.0).abs() < 1e-9);
        assert!(Waits::of(&told, 2).is_err());
    }

    #[test]
    fn a_call_that_came_too_late_to_wait_is_not_measured() {
        let told = [json!({"calls": [[[1_000, 81_000], [90_000, 91_000]]]})];
        assert!(Waits::of(&told, 1).is_err());
    }
}
