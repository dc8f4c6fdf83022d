use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use clap::Args;
use fluxori_credentials::AuditTrails;
use serde_json::json;

/// How to print them.
#[derive(Debug, Args)]
pub(crate) struct HeadsArguments {
    /// Print an object a line instead of `organization sequence hash`.
    #[arg(long)]
    json: bool,
}

/// Prints the end of each chain.
pub(crate) fn heads(arguments: &HeadsArguments) -> Result<ExitCode> {
    super::with_trails(async |trails| carry_out(&trails, arguments.json).await)
}

async fn carry_out(trails: &AuditTrails, as_json: bool) -> Result<ExitCode> {
    let mut after: Option<String> = None;
    loop {
        let page = trails.heads(after.as_deref()).await?;
        let Some(last) = page.last() else {
            return Ok(ExitCode::SUCCESS);
        };
        after = Some(last.organization.clone());
        let mut text = String::new();
        for head in &page {
            if as_json {
                let line = json!({
                    "organization": head.organization,
                    "sequence": head.sequence,
                    "hash": head.hash.to_string(),
                    "prunedThrough": head.pruned_through,
                });
                writeln!(text, "{line}")?;
            } else {
                writeln!(
                    text,
                    "{} {} {}",
                    head.organization, head.sequence, head.hash
                )?;
            }
        }
        crate::commands::print(&text)?;
    }
}
