//! How much everybody does in a second.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{Plan, Setting, stage::Stage};
use crate::storm::Worker;

const POLL: Duration = Duration::from_millis(100);
/// Processes with adapters in them.
pub(super) const ADAPTERS: u64 = 2;

/// What one process does in a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// Reads of each of the processes with adapters; 0 is as many as it can.
    pub(super) reads: f64,
    /// Requests of the process with the sellers; 0 is as many as it can.
    pub(super) requests: f64,
}

/// What all of them did in a second when they did what they could.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peak {
    reads: f64,
    requests: f64,
}

impl fmt::Display for Peak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} reads and {:.0} requests a second at once",
            self.reads, self.requests
        )
    }
}

impl Peak {
    /// Half of it, for each process.
    #[expect(clippy::cast_precision_loss, reason = "two of them")]
    pub(super) fn half(&self) -> Rates {
        Rates {
            reads: self.reads / 2.0 / ADAPTERS as f64,
            requests: self.requests / 2.0,
        }
    }
}

/// Everybody does what they can for a while, and nothing goes wrong.
pub(super) fn peak(stage: &mut Stage, setting: &mut Setting<'_>) -> Result<Peak> {
    let everything = Rates {
        reads: 0.0,
        requests: 0.0,
    };
    refresh_all(stage, setting)?;
    let mut workers = vec![stage.start_sellers(everything, setting.plan.seed)?];
    for seed in 1..=ADAPTERS {
        workers.push(stage.start_adapters(everything, seed)?);
    }
    begin(&mut workers, setting)?;
    let began = Instant::now();
    while began.elapsed() < Plan::PEAK {
        ensure!(!setting.storm.interrupts.arrived(), "stopped");
        thread::sleep(POLL);
    }
    let (mut reads, mut requests) = (0, 0);
    for worker in &mut workers {
        worker.say("finish")?;
    }
    for worker in workers {
        let counted = worker.end(setting.storm.interrupts)?;
        let count = |name: &str| counted[name].as_u64().unwrap_or_default();
        reads += count("reads");
        requests += count("requests");
    }
    let rate = |count: u64| {
        let count = u32::try_from(count).context("nobody is that fast")?;
        anyhow::Ok(f64::from(count) / Plan::PEAK.as_secs_f64())
    };
    ensure!(reads > 0 && requests > 0, "nobody did anything");
    Ok(Peak {
        reads: rate(reads)?,
        requests: rate(requests)?,
    })
}

/// The tokens that sellers were connected with have run out.
fn refresh_all(stage: &mut Stage, setting: &mut Setting<'_>) -> Result<()> {
    let kept = Plan::KEPT.to_string();
    let mut worker = stage.site.start(&["once", "8", &kept, "1"])?;
    worker.say("go 0")?;
    worker.end(setting.storm.interrupts).map(|_| ())
}

/// Waits until all are connected, and lets them begin.
pub(super) fn begin(workers: &mut [Worker], setting: &mut Setting<'_>) -> Result<()> {
    for worker in &*workers {
        worker.wait_until_ready(setting.storm.interrupts)?;
    }
    workers.iter_mut().try_for_each(|worker| worker.say("go 0"))
}
