//! PostgreSQL's programs, from Debian's packages where they are missing.

use std::process::Command;

use anyhow::{Result, bail};
use fluxori_test_support::database::PostgresServer;

use crate::{
    process::{run, succeeds},
    terminal,
};

/// Makes sure that PostgreSQL's server programs are on this machine.
///
/// # Errors
/// When they are missing and may not be installed from here; says what to install.
pub(crate) fn ensure_postgresql() -> Result<()> {
    if is_installed() {
        return Ok(());
    }
    let Some(administrator) = administrator() else {
        bail!(
            "PostgreSQL's server programs are missing. Install them (`apt-get install postgresql` on Debian and Ubuntu, \
             `dnf install postgresql-server postgresql-contrib` on Fedora, `brew install postgresql` on macOS) so that \
             initdb, postgres and pgbench are on PATH, then run this again"
        );
    };
    println!("PostgreSQL's server programs are missing: installing Debian's package postgresql");
    terminal::step("install PostgreSQL", || {
        // Where one source of several is out of order, the others may do.
        if run(&mut apt_get(administrator, &["update", "-qq"])).is_err() {
            println!("apt-get update failed; trying with the lists that are here");
        }
        run(&mut apt_get(
            administrator,
            &[
                "install",
                "-qq",
                "-y",
                "--no-install-recommends",
                "postgresql",
            ],
        ))
    })?;
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

/// How apt-get may be run without asking anybody: `Some(&[])` as root, through sudo where it asks no password.
fn administrator() -> Option<&'static [&'static str]> {
    if !succeeds(Command::new("apt-get").arg("--version")) {
        None
    } else if rustix::process::geteuid().is_root() {
        Some(&[])
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn apt_get(administrator: &[&str], arguments: &[&str]) -> Command {
    // `env` because sudo does not pass our environment on.
    let mut words =
        administrator
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words.next().expect("there is at least `env`"));
    command.args(words).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_get_never_asks_a_question() {
        let command = apt_get(&["sudo", "-n"], &["update"]);
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_str().unwrap())
            .collect();
        assert_eq!(command.get_program(), "sudo");
        assert_eq!(
            words,
            [
                "-n",
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "update"
            ]
        );
    }
}
