//! PostgreSQL's programs, from Debian's packages where they are missing.

use anyhow::{Result, bail};
use fluxori_test_support::database::PostgresServer;

use super::apt::Administrator;

/// Makes sure that PostgreSQL's server programs are on this machine.
///
/// # Errors
/// When they are missing and may not be installed from here; says what to install.
pub(crate) fn ensure_postgresql() -> Result<()> {
    if is_installed() {
        return Ok(());
    }
    let Some(administrator) = Administrator::find() else {
        bail!(
            "PostgreSQL's server programs are missing. Install them (`apt-get install postgresql` on Debian and Ubuntu, \
             `dnf install postgresql-server postgresql-contrib` on Fedora, `brew install postgresql` on macOS) so that \
             initdb, postgres and pgbench are on PATH, then run this again"
        );
    };
    println!("PostgreSQL's server programs are missing");
    administrator.install("postgresql")?;
    if !is_installed() {
        bail!(
            "Debian's package postgresql is installed, but its programs are not where they should be"
        );
    }
    Ok(())
}

fn is_installed() -> bool {
    PostgresServer::find_bin_dir().is_some()
}
