use std::{fmt::Write, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use fluxori_credentials::{AuditHeads, AuditTrails, OrganizationId, VerifyReport, VerifyTrails};

use crate::commands::progress::Progress;

/// What to check.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Only the trail of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// A file with heads that `audit heads` printed earlier, to compare with.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

/// Checks the trails.
pub(crate) fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let heads = arguments.heads.as_ref().map(read).transpose()?;
    let order = VerifyTrails {
        organization: arguments.organization.clone().map(String::from),
        heads,
    };
    let report = super::with_trails(async |trails| carry_out(&trails, &order).await)?;
    crate::commands::print(&describe(&report)?)?;
    if report.findings.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

fn read(path: &PathBuf) -> Result<AuditHeads> {
    let text = std::fs::read_to_string(path).context("the file with the heads cannot be read")?;
    AuditHeads::parse(&text).context("the file with the heads cannot be used")
}

async fn carry_out(trails: &AuditTrails, order: &VerifyTrails) -> Result<VerifyReport> {
    let total = trails.count(order.organization.as_deref()).await?;
    let progress = Progress::new("checking events", Some(total));
    let report = trails.verify(order, |count| progress.reached(count)).await;
    progress.finish();
    Ok(report?)
}

fn describe(report: &VerifyReport) -> Result<String> {
    let mut text = String::new();
    for finding in &report.findings {
        writeln!(text, "{}", super::describe(finding))?;
    }
    if report.more > 0 {
        writeln!(text, "and {} more finding(s)", report.more)?;
    }
    writeln!(
        text,
        "{} organization(s), {} event(s) checked, {} finding(s)",
        report.organizations,
        report.events,
        report.findings.len() as u64 + report.more
    )?;
    if report.unchained > 0 {
        writeln!(
            text,
            "{} event(s) have no place in a chain: only their number can be checked",
            report.unchained
        )?;
    }
    if report.pruned_heads > 0 {
        writeln!(
            text,
            "{} head(s) of the file lie in what was pruned since, and prove nothing any more",
            report.pruned_heads
        )?;
    }
    Ok(text)
}
