//! Three servers and some adapters on a database that is killed while its synchronous standby looks on: what `cargo xtask
//! cluster` sets up, does and counts.

mod acknowledged;
mod crowd;
mod failover;
mod plan;
mod seller;
mod servers;

pub(crate) use failover::Setting;
pub(crate) use plan::{Plan, Size};

use anyhow::Result;

use crate::{storm::Finding, terminal};

/// Plays the scene, and says what was found.
pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    println!("seed {}", setting.plan.seed);
    terminal::step("failover", || failover::play(setting))
}
