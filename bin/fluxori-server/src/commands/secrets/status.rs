use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use fluxori_credentials::{Backend, MasterKeyRole, Wiring};

/// Counts credentials by store, and data keys by master key.
pub(crate) fn status() -> Result<ExitCode> {
    let report = crate::commands::with_wiring(report)?;
    crate::commands::print(&report)
}

async fn report(wiring: Wiring) -> Result<String> {
    let census = wiring.connections().census().await?;
    let mut report = String::new();
    for backend in Backend::ALL {
        let here = || census.iter().filter(|count| count.backend == *backend);
        let credentials: u64 = here().map(|count| count.credentials).sum();
        let keys = here().filter(|count| count.data_key.is_some()).count();
        write!(
            report,
            "{:<22} {credentials:>9} credential(s)",
            backend.as_str()
        )?;
        if keys > 0 {
            write!(report, ", sealed by {keys} data key(s)")?;
        }
        if *backend == wiring.home() {
            report.push_str("; new ones go here");
        }
        report.push('\n');
    }
    for key in wiring.master_keys().await? {
        writeln!(
            report,
            "master key {} ({}): wraps {} data key(s)",
            key.id,
            role(key.role),
            key.data_keys
        )?;
    }
    Ok(report)
}

const fn role(role: MasterKeyRole) -> &'static str {
    match role {
        MasterKeyRole::Active => "active",
        MasterKeyRole::Retired => "retired",
        MasterKeyRole::Withdrawn => "withdrawn",
        MasterKeyRole::Missing => "MISSING: add it to the retired ones",
    }
}
