//! A whole installation at half of what it can do, while marketplaces fail and processes are killed: what `cargo xtask soak`
//! sets up, does, watches and looks for.

mod census;
mod faults;
mod load;
mod plan;
mod record;
mod stage;
mod verdict;
mod watch;

pub(crate) use plan::Plan;
pub(crate) use stage::Setting;

use anyhow::Result;

use crate::{storm::Finding, terminal};

/// Plays it, and says what was found.
pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    println!("seed {}", setting.plan.seed);
    let mut stage = terminal::step("start servers and connect sellers", || {
        stage::Stage::open(setting)
    })?;
    let peak = terminal::step("measure the peak", || load::peak(&mut stage, setting))?;
    println!("  {peak}");
    let watched = terminal::step("soak", || watch::watch(&mut stage, setting, peak.half()))?;
    terminal::step("look for what is left", || {
        verdict::findings(stage, setting, &peak, &watched)
    })
}
