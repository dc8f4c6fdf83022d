//! Nothing goes wrong, except that all callers of all processes want all credentials at once.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::{
    Finding, Plan,
    proof::{self, Took},
    site::{Setting, Site},
};

const SCENE: &str = "calm";

/// How long the marketplace takes for each refresh.
const ANSWER: Duration = Duration::from_millis(50);

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let Plan { size, seed, .. } = setting.plan;
    let mut site = Site::open(setting, SCENE, size.credentials)?;
    site.control.trouble(0.0, ANSWER, seed)?;
    let (callers, credentials) = (size.callers.to_string(), size.credentials.to_string());
    let mut workers = Vec::new();
    for number in 0..size.processes {
        let seed = (seed + number as u64).to_string();
        workers.push(site.start(&["once", &callers, &credentials, &seed])?);
    }
    for worker in &workers {
        worker.wait_until_ready(setting.interrupts)?;
    }
    let began = Instant::now();
    for worker in &mut workers {
        worker.say("go 0")?;
    }
    let mut tallies: Vec<Value> = Vec::new();
    for worker in workers {
        tallies.push(worker.end(setting.interrupts)?);
    }
    let took = began.elapsed();

    let sums = site.sums()?;
    let calls = Took::of(&tallies);
    let expected = i64::try_from(size.credentials)?;
    let mut findings = vec![
        Finding::count(SCENE, "grants spent", sums.spent).exactly(expected),
        Finding::count(SCENE, "new tokens stored", sums.stored).exactly(expected),
        Finding::count(SCENE, "leases taken for them", sums.stored + sums.left).exactly(expected),
        Finding::measure(
            SCENE,
            format!("until everybody had everything, {} calls", calls.calls()),
            took.as_secs_f64(),
            "s",
        ),
        call_within("a call, median", calls.percentile(50)),
        call_within("a call, 99 %", calls.percentile(99)),
    ];
    let credentials = size.credentials;
    let proof = proof::findings(&mut site, SCENE, credentials, &tallies, setting.interrupts)?;
    findings.extend(proof);
    Ok(findings)
}

fn call_within(what: &str, milliseconds: u64) -> Finding {
    let milliseconds = Duration::from_millis(milliseconds).as_secs_f64() * 1_000.0;
    Finding::measure(SCENE, what, milliseconds, "ms")
}
