use std::{fmt::Write, num::NonZeroU32, process::ExitCode};

use anyhow::Result;
use clap::Args;
use fluxori_credentials::{OrganizationId, Reseal, ResealReport, Wiring, telemetry::events};

use crate::commands::progress::Progress;

/// What to seal anew.
#[derive(Debug, Args)]
pub(crate) struct ResealArguments {
    /// Only the credentials of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// Replace data keys too that are less than a day old.
    #[arg(long)]
    again: bool,
    /// Seal at most so many credentials a second.
    #[arg(long, value_name = "N", default_value_t = Reseal::PACE)]
    per_second: NonZeroU32,
}

/// Makes new data keys and seals credentials by them while everything goes on.
pub(crate) fn reseal(arguments: &ResealArguments) -> Result<ExitCode> {
    let order = Reseal {
        organization: arguments.organization.clone(),
        again: arguments.again,
        per_second: Some(arguments.per_second),
    };
    let (report, code) = crate::commands::with_wiring(async |wiring| {
        let done = carry_out(&wiring, &order).await;
        wiring.shutdown().await;
        done
    })?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn carry_out(wiring: &Wiring, order: &Reseal) -> Result<(String, ExitCode)> {
    let keys = super::keys_of(wiring)?;
    let sealed = keys.count_sealed(order.organization.as_ref()).await?;
    let progress = Progress::new("sealing credentials", Some(sealed.credentials));
    let resealed = keys.reseal(order, |count| progress.reached(count)).await;
    progress.finish();
    let resealed = resealed?;
    tracing::info!(
        event = events::KEYS_RESEALED,
        credentials = resealed.resealed,
        failed = resealed.failed.len(),
        "credentials are sealed by new data keys"
    );
    let code = if resealed.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    Ok((describe(&resealed)?, code))
}

fn describe(resealed: &ResealReport) -> Result<String> {
    let mut report = String::new();
    writeln!(
        report,
        "{} credential(s) sealed anew; {} new data key(s) for {} organization(s), {} old one(s) destroyed",
        resealed.resealed, resealed.made, resealed.organizations, resealed.dropped
    )?;
    if resealed.young > 0 {
        writeln!(
            report,
            "{} organization(s) have a data key that is less than a day old, which was kept; --again replaces it too",
            resealed.young
        )?;
    }
    if resealed.kept > 0 {
        writeln!(
            report,
            "{} old data key(s) stay, because they still seal something",
            resealed.kept
        )?;
    }
    for (organization, credential, error) in &resealed.failed {
        let error = crate::commands::chain(error);
        match credential {
            Some(id) => writeln!(report, "NOT sealed anew: {id} of {organization}: {error}")?,
            None => writeln!(report, "NOT finished: {organization}: {error}")?,
        }
    }
    if resealed.gave_up {
        report.push_str("too many failures: the rest was not tried\n");
    }
    if !resealed.failed.is_empty() {
        report.push_str("run this again when their trouble is mended\n");
    }
    Ok(report)
}
