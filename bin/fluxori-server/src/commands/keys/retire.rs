use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use fluxori_credentials::{MasterKeyId, OrganizationId, Retirement, Wiring, telemetry::events};

/// Which master key.
#[derive(Debug, Args)]
pub(crate) struct RetireArguments {
    /// Its name, as `keys list` shows it.
    #[arg(value_name = "ID", value_parser = MasterKeyId::new)]
    id: MasterKeyId,
}

/// Withdraws a master key for ever, if nothing needs it.
pub(crate) fn retire(arguments: &RetireArguments) -> Result<ExitCode> {
    let (report, code) = crate::commands::with_wiring(async |wiring| {
        let done = carry_out(&wiring, &arguments.id).await;
        wiring.shutdown().await;
        done
    })?;
    crate::commands::print(&report)?;
    Ok(code)
}

async fn carry_out(wiring: &Wiring, id: &MasterKeyId) -> Result<(String, ExitCode)> {
    let retired = super::keys_of(wiring)?.retire(id).await?;
    if matches!(retired, Retirement::Withdrawn) {
        tracing::info!(event = events::KEYS_RETIRED, key = %id, "a master key is withdrawn");
    }
    Ok(match retired {
        Retirement::Withdrawn => (
            format!(
                "master key {id} is withdrawn: it wraps nothing, and no process can wrap anything by it again\n\
                 remove it from ENCRYPTION_KEYS_RETIRED or ENCRYPTION_KMS_KEYS_RETIRED everywhere; keep a copy with the \
                 backups from its time, which nothing else opens\n"
            ),
            ExitCode::SUCCESS,
        ),
        Retirement::Active => (
            format!(
                "master key {id} is the active one: set another, run `fluxori-server keys rotate`, then try again; nothing \
                 was changed\n"
            ),
            ExitCode::FAILURE,
        ),
        Retirement::Needed {
            data_keys,
            organizations,
        } => (
            format!(
                "master key {id} still wraps {data_keys} data key(s), of {}: run `fluxori-server keys rotate` first; nothing \
                 was changed\n",
                named(&organizations, data_keys)
            ),
            ExitCode::FAILURE,
        ),
    })
}

fn named(organizations: &[OrganizationId], data_keys: u64) -> String {
    let names: Vec<_> = organizations.iter().map(OrganizationId::as_str).collect();
    let more = if data_keys > organizations.len() as u64 {
        " and others"
    } else {
        ""
    };
    names.join(", ") + more
}
