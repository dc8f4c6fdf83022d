//! What is asked of Google when nothing goes wrong: each call is a part of a quota, of a bill and of somebody's time.

use anyhow::{Context, Result};

use super::{Setting, stage::Stage};
use crate::storm::Finding;

const SCENE: &str = "calls";
const CREDENTIALS: u32 = 20;
const CALLS_PER_MINUTE: u32 = 1_000_000;

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let mut stage = Stage::open(setting, SCENE, CALLS_PER_MINUTE)?;
    let told = stage.ask(&["calls", &CREDENTIALS.to_string()], setting.interrupts)?;
    let rows = [
        ("to make a credential", "create", Some(3.0)),
        ("to read it first in a process", "firstRead", None),
        ("to read it three times more", "nextReads", Some(0.0)),
        (
            "to renew its tokens, and destroy the old ones",
            "refresh",
            Some(3.0),
        ),
        ("to delete it", "delete", None),
    ];
    rows.into_iter()
        .map(|(what, name, most)| {
            let calls = told[name].as_f64().context("nothing was counted")?;
            let each = calls / f64::from(CREDENTIALS);
            let finding = Finding::measure(SCENE, what, each, "calls");
            Ok(match most {
                Some(most) => finding.at_most(most),
                None => finding,
            })
        })
        .collect()
}
