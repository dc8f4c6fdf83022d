//! The audit trail: checking, exporting and pruning it.

mod export;
mod heads;
mod prune;
mod verify;

pub(crate) use export::{ExportArguments, export};
pub(crate) use heads::{HeadsArguments, heads};
pub(crate) use prune::{PruneArguments, prune};
pub(crate) use verify::{VerifyArguments, verify};

use std::sync::Arc;

use anyhow::Result;
use fluxori_credentials::{
    AuditDamage, AuditFinding, AuditTrails, DatabaseSection, LogSection, SystemClock, Values,
    open_audit_trails,
};

/// Runs a command over the trails, which needs the database and nothing else.
fn with_trails<T, F: Future<Output = Result<T>>>(
    command: impl FnOnce(AuditTrails) -> F,
) -> Result<T> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let settings = DatabaseSection::load(&values)?;
    crate::commands::block_on(async {
        let trails = open_audit_trails(&settings, Arc::new(SystemClock)).await?;
        command(trails).await
    })?
}

/// A finding on one line.
fn describe(finding: &AuditFinding) -> String {
    let sequence = finding.sequence.map(|sequence| sequence.to_string());
    let event = finding.event.map(|event| format!("event {event}"));
    let what = match finding.damage {
        AuditDamage::Edited => "edited: the event or its hash is not what was appended".to_owned(),
        AuditDamage::Misplaced { belongs } => {
            format!("misplaced: the event was appended as number {belongs}")
        }
        AuditDamage::Removed { through } if finding.sequence == Some(through) => {
            "removed: the event is missing".to_owned()
        }
        AuditDamage::Removed { through } => {
            format!("removed: all events from here to {through} are missing")
        }
        AuditDamage::Outside => "extra: the chain has no such number".to_owned(),
        AuditDamage::Unchained { extra } => {
            format!(
                "unchained: {extra} event(s) without a place in the chain are not from before it"
            )
        }
        AuditDamage::UnchainedRemoved { missing } => {
            format!("removed: {missing} event(s) from before the chain are missing")
        }
        AuditDamage::HeadDiffers => {
            "head: the record of the chain's end does not fit the events".to_owned()
        }
        AuditDamage::NoChain => {
            "head: there are events, and the record of their chain is gone".to_owned()
        }
        AuditDamage::OtherThanKept => {
            "head: the chain is not what it was when this head was kept".to_owned()
        }
    };
    let words = [
        Some(finding.organization.clone()),
        sequence,
        event,
        Some(what),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
