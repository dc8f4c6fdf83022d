//! Master keys and the data keys under them: making, listing and changing them.

mod generate;
mod list;
mod reseal;
mod retire;
mod rotate;

pub(crate) use generate::generate;
pub(crate) use list::list;
pub(crate) use reseal::{ResealArguments, reseal};
pub(crate) use retire::{RetireArguments, retire};
pub(crate) use rotate::{RotateArguments, rotate};

use anyhow::{Context, Result};
use fluxori_credentials::{Keys, MasterKeyUse, Wiring};

/// The maintenance of keys, which there must be.
fn keys_of(wiring: &Wiring) -> Result<&Keys> {
    wiring
        .keys()
        .context("the settings name no master key, and nothing is sealed in the database")
}

/// Where a master key is kept.
fn place(key: &MasterKeyUse) -> &str {
    key.service.as_deref().unwrap_or("the settings")
}
