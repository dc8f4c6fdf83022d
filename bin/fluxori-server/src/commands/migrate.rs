use std::{fmt::Write, process::ExitCode};

use anyhow::Result;
use fluxori_credentials::{LogSection, Settings, Values};

/// Brings the database to this version's schema.
pub(crate) fn migrate() -> Result<ExitCode> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let settings = Settings::load(&values)?;
    let applied = super::block_on(fluxori_credentials::migrate(&settings))??;
    let mut report = String::new();
    for name in &applied {
        writeln!(report, "applied {name}")?;
    }
    if applied.is_empty() {
        report.push_str("the schema is up to date\n");
    }
    super::print(&report)
}
