//! Secrets at Google while calls fail and processes die, and while they are moved there and back: what `cargo xtask chaos`
//! sets up, does and counts.

mod calls;
mod crowd;
mod faults;
mod moving;
mod outside;
mod plan;
mod stage;

pub(crate) use plan::{Plan, Size};
pub(crate) use stage::Setting;

use anyhow::Result;

use crate::{storm::Finding, terminal};

/// Plays all scenes, and says what was found in each.
pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    println!("seed {}", setting.plan.seed);
    let mut findings = terminal::step("calls", || calls::play(setting))?;
    findings.extend(terminal::step("faults", || faults::play(setting))?);
    findings.extend(terminal::step("moving", || moving::play(setting))?);
    Ok(findings)
}
