use std::process::ExitCode;

use anyhow::Result;

/// Prints the `OpenAPI` document.
pub(crate) fn openapi() -> Result<ExitCode> {
    super::print(&fluxori_api::openapi())
}
