//! One file a command.

pub(crate) mod audit;
mod config_reference;
mod doctor;
pub(crate) mod keys;
mod logs_reference;
mod metrics_reference;
mod migrate;
mod openapi;
pub(crate) mod organizations;
mod probe;
mod progress;
pub(crate) mod secrets;
mod serve;
mod sign_in_link;

pub(crate) use config_reference::config_reference;
pub(crate) use doctor::{DoctorArguments, doctor};
pub(crate) use logs_reference::logs_reference;
pub(crate) use metrics_reference::metrics_reference;
pub(crate) use migrate::migrate;
pub(crate) use openapi::openapi;
pub(crate) use probe::{ProbeArguments, probe};
pub(crate) use serve::serve;
pub(crate) use sign_in_link::{SignInLinkArguments, sign_in_link};

use std::{error::Error, future::Future, io::Write, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use fluxori_credentials::{LogSection, Settings, SystemClock, Values, Wiring};

/// Runs on a runtime of one thread: enough for everything but serving.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    Ok(runtime.block_on(future))
}

/// Runs a command over everything wired together, as the server has it.
fn with_wiring<T, F: Future<Output = Result<T>>>(command: impl FnOnce(Wiring) -> F) -> Result<T> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let settings = Settings::load(&values)?;
    block_on(async {
        let wiring = Wiring::connect(&settings, Arc::new(SystemClock)).await?;
        command(wiring).await
    })?
}

/// An error and all its causes, on one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Prints what the command is asked for. A closed pipe is an error, not a panic.
fn print(text: &str) -> Result<ExitCode> {
    let mut output = std::io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}
