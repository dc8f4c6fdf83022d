//! PostgreSQL's programs and its pooler, from Debian's packages where they are missing.

use anyhow::{Result, bail};
use fluxori_test_support::database::{PgBouncer, PostgresServer};

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

/// Makes sure that the pooler `PgBouncer` is on this machine.
///
/// # Errors
/// When it is missing and may not be installed from here; says what to install.
pub(crate) fn ensure_pgbouncer() -> Result<()> {
    if PgBouncer::find().is_some() {
        return Ok(());
    }
    let Some(administrator) = Administrator::find() else {
        bail!(
            "PgBouncer is missing. Install it (`apt-get install pgbouncer` on Debian and Ubuntu, `dnf install pgbouncer` on \
             Fedora, `brew install pgbouncer` on macOS) so that pgbouncer is on PATH, then run this again"
        );
    };
    println!("PgBouncer is missing");
    administrator.install("pgbouncer")?;
    if PgBouncer::find().is_none() {
        bail!("Debian's package pgbouncer is installed, but its program is not where it should be");
    }
    Ok(())
}

fn is_installed() -> bool {
    PostgresServer::find_bin_dir().is_some()
}
