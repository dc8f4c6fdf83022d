//! Three servers and some adapters on a database that is killed while its synchronous standby looks on, and on one behind a
//! pooler: what `cargo xtask cluster` sets up, does and counts.

mod acknowledged;
mod crowd;
mod failover;
mod plan;
mod pooler;
mod seller;
mod servers;
mod stage;

pub(crate) use plan::{Plan, Size};
pub(crate) use stage::Setting;

use anyhow::Result;

use crate::{storm::Finding, terminal};

/// Plays all scenes, and says what was found in each.
pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    println!("seed {}", setting.plan.seed);
    let mut findings = terminal::step("failover", || failover::play(setting))?;
    findings.extend(terminal::step("pooler", || pooler::play(setting))?);
    Ok(findings)
}
