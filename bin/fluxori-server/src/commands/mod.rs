//! One file a command.

mod config_reference;
mod doctor;
mod keys_generate;
mod migrate;
mod openapi;
pub(crate) mod secrets;
mod serve;
mod sign_in_link;

pub(crate) use config_reference::config_reference;
pub(crate) use doctor::{DoctorArguments, doctor};
pub(crate) use keys_generate::keys_generate;
pub(crate) use migrate::migrate;
pub(crate) use openapi::openapi;
pub(crate) use serve::serve;
pub(crate) use sign_in_link::{SignInLinkArguments, sign_in_link};

use std::{future::Future, io::Write, process::ExitCode};

use anyhow::{Context, Result};

/// Runs on a runtime of one thread: enough for everything but serving.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    Ok(runtime.block_on(future))
}

/// Prints what the command is asked for. A closed pipe is an error, not a panic.
fn print(text: &str) -> Result<ExitCode> {
    let mut output = std::io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}
