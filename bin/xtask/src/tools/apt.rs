//! Debian's packages, where they may be installed without asking anybody.

use std::process::Command;

use anyhow::Result;

use crate::{
    process::{run, succeeds},
    terminal,
};

/// Somebody who may install packages on this machine.
#[derive(Clone, Copy)]
pub(super) struct Administrator(&'static [&'static str]);

impl Administrator {
    /// Us as root, or through sudo where it asks no password.
    pub(super) fn find() -> Option<Self> {
        if !succeeds(Command::new("apt-get").arg("--version")) {
            None
        } else if rustix::process::geteuid().is_root() {
            Some(Self(&[]))
        } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
            Some(Self(&["sudo", "-n"]))
        } else {
            None
        }
    }

    pub(super) fn install(self, package: &str) -> Result<()> {
        terminal::step(&format!("install Debian's package {package}"), || {
            // Where one source of several is out of order, the others may do.
            if run(&mut self.apt_get(&["update", "-qq"])).is_err() {
                println!("apt-get update failed; trying with the lists that are here");
            }
            run(&mut self.apt_get(&["install", "-qq", "-y", "--no-install-recommends", package]))
        })
    }

    fn apt_get(self, arguments: &[&str]) -> Command {
        // `env` because sudo does not pass our environment on.
        let mut words =
            self.0
                .iter()
                .copied()
                .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        let mut command = Command::new(words.next().expect("there is at least `env`"));
        command.args(words).args(arguments);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_get_never_asks_a_question() {
        let command = Administrator(&["sudo", "-n"]).apt_get(&["update"]);
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
