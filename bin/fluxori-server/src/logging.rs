//! Log lines: text on a terminal, JSON elsewhere.

use std::io::IsTerminal;

use anyhow::{Context, Result, bail};
use fluxori_credentials::LogSection;
use tracing_subscriber::{EnvFilter, fmt};

/// Sends log lines to standard error, as the settings say.
pub(crate) fn start(settings: &LogSection) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.filter)
        .context("LOG must be a filter such as `info` or `fluxori=debug,info`")?;
    let json = match settings.format.as_str() {
        "json" => true,
        "text" => false,
        "auto" => !std::io::stderr().is_terminal(),
        _ => bail!("LOG_FORMAT must be json, text or auto"),
    };
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        lines.json().flatten_event(true).init();
    } else {
        lines.init();
    }
    Ok(())
}
