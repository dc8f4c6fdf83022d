use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use chrono::TimeDelta;
use clap::Args;
use fluxori_credentials::{AuditTrails, OrganizationId, Prune, PruneReport};

use crate::commands::progress::Progress;

/// What to delete.
#[derive(Debug, Args)]
pub(crate) struct PruneArguments {
    /// Delete events that are older than so many days.
    #[arg(long, value_name = "DAYS")]
    older_than: u16,
    /// Only of the trail of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// Delete. Without it, they are only counted.
    #[arg(long)]
    yes: bool,
}

/// Deletes old events.
pub(crate) fn prune(arguments: &PruneArguments) -> Result<ExitCode> {
    let order = Prune {
        organization: arguments.organization.clone().map(String::from),
        older_than: TimeDelta::days(i64::from(arguments.older_than)),
        dry_run: !arguments.yes,
    };
    let report = super::with_trails(async |trails| carry_out(&trails, &order).await)?;
    crate::commands::print(&describe(&report, order.dry_run)?)?;
    if report.refused.is_empty() && report.contended.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

async fn carry_out(trails: &AuditTrails, order: &Prune) -> Result<PruneReport> {
    let total = trails.count(order.organization.as_deref()).await?;
    let progress = Progress::new("checking events", Some(total));
    let report = trails.prune(order, |count| progress.reached(count)).await;
    progress.finish();
    Ok(report?)
}

fn describe(report: &PruneReport, dry_run: bool) -> Result<String> {
    let mut text = String::new();
    for (first, findings) in &report.refused {
        writeln!(
            text,
            "NOT pruned: {} has {findings} finding(s), the first: {}",
            first.organization,
            super::describe(first)
        )?;
    }
    for organization in &report.contended {
        writeln!(
            text,
            "NOT finished: somebody else pruned {organization} meanwhile; run this again"
        )?;
    }
    let done = if dry_run {
        "would be deleted; --yes deletes them"
    } else {
        "deleted"
    };
    writeln!(
        text,
        "{} event(s) of {} organization(s), {} of them from before there were chains, {done}",
        report.chained + report.unchained,
        report.organizations,
        report.unchained
    )?;
    Ok(text)
}
