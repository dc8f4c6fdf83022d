//! Many processes, many callers, expired credentials, one database, one marketplace that rotates refresh tokens: what
//! `cargo xtask storm` sets up, does and counts.

mod calm;
mod control;
mod dice;
mod ledger;
mod plan;
pub(crate) mod proof;
mod report;
mod site;
mod trouble;
mod waiting;
mod worker;

pub(crate) use control::Control;
pub(crate) use dice::Dice;
pub(crate) use plan::{Plan, Size};
pub(crate) use proof::Took;
pub(crate) use report::{Finding, conclude};
pub(crate) use site::{Setting, Site, make_key};
pub(crate) use worker::Worker;

use anyhow::Result;

use crate::terminal;

/// Plays all scenes, and says what was found in each.
pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let mut findings = terminal::step("calm", || calm::play(setting))?;
    findings.extend(terminal::step("waiting", || waiting::play(setting))?);
    findings.extend(terminal::step("trouble", || trouble::play(setting))?);
    Ok(findings)
}
