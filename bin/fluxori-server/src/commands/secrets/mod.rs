//! Where secrets are: counting, moving and comparing them.

mod migrate;
mod progress;
mod reconcile;
mod status;

pub(crate) use migrate::{MigrateArguments, migrate};
pub(crate) use reconcile::{ReconcileArguments, reconcile};
pub(crate) use status::status;

use std::{future::Future, sync::Arc};

use anyhow::Result;
use fluxori_credentials::{LogSection, Settings, SystemClock, Values, Wiring};

/// Runs a command over everything wired together, as the server has it.
fn with_wiring<T, F: Future<Output = Result<T>>>(command: impl FnOnce(Wiring) -> F) -> Result<T> {
    let values = Values::from_env()?;
    crate::logging::start(&LogSection::load(&values)?)?;
    let settings = Settings::load(&values)?;
    super::block_on(async {
        let wiring = Wiring::connect(&settings, Arc::new(SystemClock)).await?;
        command(wiring).await
    })?
}
