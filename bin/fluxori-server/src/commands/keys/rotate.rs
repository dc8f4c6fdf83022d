use std::{fmt::Write, num::NonZeroU32, process::ExitCode};

use anyhow::Result;
use clap::Args;
use fluxori_credentials::{MasterKeyRole, Rotate, RotateReport, Wiring, telemetry::events};

use crate::commands::progress::Progress;

/// How to wrap data keys anew.
#[derive(Debug, Args)]
pub(crate) struct RotateArguments {
    /// Wrap those anew too that the active master key wraps already: after giving a key in Cloud KMS a newer version.
    #[arg(long)]
    again: bool,
    /// Wrap at most so many data keys a second.
    #[arg(long, value_name = "N", default_value_t = Rotate::PACE)]
    per_second: NonZeroU32,
}

/// Wraps all data keys by the active master key.
pub(crate) fn rotate(arguments: &RotateArguments) -> Result<ExitCode> {
    let order = Rotate {
        again: arguments.again,
        per_second: Some(arguments.per_second),
    };
    let (report, code) = crate::commands::with_wiring(async |wiring| {
        let done = carry_out(&wiring, order).await;
        wiring.shutdown().await;
        done
    })?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn carry_out(wiring: &Wiring, order: Rotate) -> Result<(String, ExitCode)> {
    let keys = super::keys_of(wiring)?;
    let progress = Progress::new(
        "wrapping data keys",
        Some(keys.count_rotatable(order).await?),
    );
    let rotated = keys.rotate(order, |count| progress.reached(count)).await;
    progress.finish();
    let rotated = rotated?;
    tracing::info!(
        event = events::KEYS_ROTATED,
        rewrapped = rotated.rewrapped,
        failed = rotated.failed.len(),
        "data keys are wrapped by the active master key"
    );
    let mut report = String::new();
    for key in wiring.master_keys().await? {
        match key.role {
            MasterKeyRole::Active => writeln!(
                report,
                "{} data key(s) wrapped anew; master key {} wraps {} now",
                rotated.rewrapped, key.id, key.data_keys
            )?,
            MasterKeyRole::Retired if key.data_keys == 0 && key.withdrawn_at.is_none() => writeln!(
                report,
                "master key {} is not needed any more: `fluxori-server keys retire {}`",
                key.id, key.id
            )?,
            _ => {}
        }
    }
    Ok((report + &failures(&rotated)?, code(&rotated)))
}

fn failures(rotated: &RotateReport) -> Result<String> {
    let mut report = String::new();
    if rotated.gone > 0 {
        writeln!(
            report,
            "{} data key(s) were wrapped anew or dropped by somebody else meanwhile",
            rotated.gone
        )?;
    }
    for (organization, key, error) in &rotated.failed {
        let error = crate::commands::chain(error);
        writeln!(report, "NOT wrapped anew: {key} of {organization}: {error}")?;
    }
    if rotated.gave_up {
        report.push_str("too many failures: the rest was not tried\n");
    }
    if !rotated.failed.is_empty() {
        report.push_str("run this again when their trouble is mended; the old master key is needed until then\n");
    }
    Ok(report)
}

fn code(rotated: &RotateReport) -> ExitCode {
    if rotated.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
