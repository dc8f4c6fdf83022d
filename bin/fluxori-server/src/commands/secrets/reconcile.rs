use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use clap::Args;
use fluxori_credentials::{Backend, Damage, Inventory, Wiring};

use crate::commands::progress::Progress;

/// What Google charges for a version that is not destroyed, in US cents a month and place, and how many cost nothing:
/// <https://cloud.google.com/secret-manager/pricing>, November 2026.
const CENTS_A_VERSION: u64 = 6;
const FREE_VERSIONS: u64 = 6;

/// What to do with strays.
#[derive(Debug, Args)]
pub(crate) struct ReconcileArguments {
    /// Destroy what nobody knows of, if it is older than an hour. Without it nothing is changed.
    #[arg(long)]
    apply: bool,
}

/// Compares Google Secret Manager with the database, both ways.
pub(crate) fn reconcile(arguments: &ReconcileArguments) -> Result<ExitCode> {
    let (report, code) =
        crate::commands::with_wiring(async |wiring| compare(&wiring, arguments).await)?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn compare(wiring: &Wiring, arguments: &ReconcileArguments) -> Result<(String, ExitCode)> {
    let swept = wiring.connections().sweep().await?;
    let progress = Progress::new("looking at secrets", None);
    let compared = wiring
        .connections()
        .reconcile(Backend::GoogleSecretManager, arguments.apply, |count| {
            progress.reached(count);
        })
        .await;
    progress.finish();
    let inventory = compared?;
    let mut report = String::new();
    if swept.settled > 0 {
        writeln!(report, "{} interrupted change(s) cleared up", swept.settled)?;
    }
    describe(&mut report, &inventory, wiring.places())?;
    let strays = inventory.strays.len() as u64 - inventory.destroyed;
    if strays > 0 && !arguments.apply {
        report.push_str(
            "nothing was destroyed; --apply destroys strays that are older than an hour\n",
        );
    }
    let code = if inventory.damaged.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    Ok((report, code))
}

fn describe(report: &mut String, inventory: &Inventory, places: u64) -> Result<()> {
    let charged = (inventory.values * places).saturating_sub(FREE_VERSIONS);
    let cents = charged * CENTS_A_VERSION;
    writeln!(
        report,
        "{} credential(s) hold a secret at Google; {} secret(s) with {} version(s) are there, for {}.{:02} USD a month at list price",
        inventory.held,
        inventory.places,
        inventory.values,
        cents / 100,
        cents % 100,
    )?;
    for stray in &inventory.strays {
        let age = if stray.is_young {
            ", younger than an hour"
        } else {
            ""
        };
        writeln!(
            report,
            "stray: {} (made {}{age})",
            stray.name, stray.made_at
        )?;
    }
    if inventory.destroyed > 0 {
        writeln!(report, "{} stray(s) destroyed", inventory.destroyed)?;
    }
    for (credential, damage) in &inventory.damaged {
        let what = match damage {
            Damage::Lost => "its secret is gone at Google: the seller has to connect again",
            Damage::Disabled => "its secret is disabled at Google: enable it there",
        };
        writeln!(report, "DAMAGED: credential {credential}: {what}")?;
    }
    Ok(())
}
