//! Log lines: text on a terminal, JSON elsewhere, as much of it as the filter lets through.

mod filter;
mod reference;

use std::io::IsTerminal;

use anyhow::{Result, bail};
use fluxori_credentials::LogSection;
use opentelemetry_sdk::trace::Tracer;
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::FilterFn, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

pub(crate) use reference::logs_reference;

/// Sends log lines to standard error, as the settings say.
pub(crate) fn start(settings: &LogSection) -> Result<()> {
    start_with(settings, None)
}

/// The same, and makes spans for whoever sends traces.
pub(crate) fn start_with(settings: &LogSection, tracer: Option<Tracer>) -> Result<()> {
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
    // What is traced does not depend on what is logged.
    let spans = tracer.map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(FilterFn::new(is_span_of_ours).with_max_level_hint(LevelFilter::INFO))
    });
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans)
        .init();
    if let Some(watch) = watch {
        watch.start()?;
    }
    Ok(())
}

fn is_span_of_ours(about: &Metadata<'_>) -> bool {
    about.is_span()
        && about.target().starts_with("fluxori")
        && *about.level() <= tracing::Level::INFO
}
