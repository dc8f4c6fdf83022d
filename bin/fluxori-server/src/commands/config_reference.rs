use std::process::ExitCode;

use anyhow::Result;

/// Prints the reference of all settings.
pub(crate) fn config_reference() -> Result<ExitCode> {
    super::print(&fluxori_credentials::configuration_reference())
}
