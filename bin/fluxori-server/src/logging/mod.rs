//! Log lines: text on a terminal, JSON elsewhere, as much of it as the filter lets through.

mod filter;
mod reference;

use std::io::IsTerminal;

use anyhow::{Result, bail};
use fluxori_credentials::LogSection;
use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use reference::logs_reference;

/// Sends log lines to standard error, as the settings say.
pub(crate) fn start(settings: &LogSection) -> Result<()> {
    let json = match settings.format.as_str() {
        "json" => true,
        "text" => false,
        "auto" => !std::io::stderr().is_terminal(),
        _ => bail!("LOG_FORMAT must be json, text or auto"),
    };
    let (filter, watch) = filter::of(settings)?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).boxed()
    } else {
        lines.boxed()
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    if let Some(watch) = watch {
        watch.start()?;
    }
    Ok(())
}
