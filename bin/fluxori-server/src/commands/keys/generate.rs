use std::process::ExitCode;

use anyhow::Result;
use secrecy::ExposeSecret;

/// Prints a new master key.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: the operator asked for the key"
)]
pub(crate) fn generate() -> Result<ExitCode> {
    let key = fluxori_credentials::make_master_key_text();
    crate::commands::print(key.expose_secret())?;
    crate::commands::print("\n")
}
