//! The tests of the crates, and the examples in their documentation.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use fluxori_test_support::{
    artefacts,
    database::{PostgresServer, SERVER_VARIABLE},
};

use super::{Kept, Outcome};
use crate::{junit, process, terminal, tools, workspace};

/// A run of them: how they are started, on which PostgreSQL, and where what they leave behind is kept.
pub(super) struct Rust<'a> {
    words: &'a [String],
    kept: &'a Kept,
    runner: Runner,
    server: PostgresServer,
}

enum Runner {
    Nextest {
        profile: &'static str,
        report: PathBuf,
    },
    /// Slower and plainer, on a machine without nextest.
    Cargo,
}

impl<'a> Rust<'a> {
    /// Builds the tests and starts a PostgreSQL for them.
    pub(super) fn prepare(words: &'a [String], kept: &'a Kept) -> Result<Self> {
        tools::ensure_postgresql()?;
        tools::ensure_pgbouncer()?;
        let runner = Runner::find();
        terminal::step("build the tests", || {
            let mut command = runner.command(words);
            command.arg("--no-run").args(packages_in(words));
            process::run(&mut command)
        })?;
        let server = terminal::step("start a private PostgreSQL", || {
            PostgresServer::start().context("PostgreSQL did not start")
        })?;
        Ok(Self {
            words,
            kept,
            runner,
            server,
        })
    }

    /// Runs them; the examples in the documentation too, unless somebody asked for some tests only.
    pub(super) fn run(&self) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome {
            result: terminal::step("tests", || self.tests()),
            counts: self.test_counts(),
        }];
        if self.words.is_empty() {
            outcomes.push(Outcome {
                result: terminal::step("tests in the documentation", || self.documentation()),
                counts: Some(junit::results_in(&self.printed("documentation"))),
            });
        }
        outcomes
    }

    /// What is to be searched for secrets beside what is kept: the report, and the files of PostgreSQL with its log of
    /// writes, where what was deleted is found too. A run that left no report proves nothing and fails.
    pub(super) fn places(&self) -> Result<Vec<PathBuf>> {
        let mut places = vec![self.server.socket_dir().to_owned()];
        if let Runner::Nextest { report, .. } = &self.runner {
            ensure!(
                report.exists(),
                "the tests left no report at {}",
                report.display()
            );
            places.push(report.clone());
        }
        Ok(places)
    }

    fn tests(&self) -> Result<()> {
        let mut command = self.runner.command(self.words);
        if let Runner::Cargo = self.runner {
            command.args(["--no-fail-fast"]);
            command.args(self.words);
            // What a passing test prints is searched as well.
            command.args(["--", "--show-output"]);
        } else {
            command.args(self.words);
        }
        self.set_environment(&mut command);
        match &self.runner {
            Runner::Nextest { report, .. } => {
                let _ = fs::remove_file(report);
                process::run(&mut command)
            }
            Runner::Cargo => process::run_and_keep(command, &self.kept.output.join("tests")),
        }
    }

    fn documentation(&self) -> Result<()> {
        let mut command = workspace::cargo();
        command.args(["test", "--doc", "--workspace", "--all-features"]);
        self.set_environment(&mut command);
        process::run_and_keep(command, &self.kept.output.join("documentation"))
    }

    fn test_counts(&self) -> Option<(u64, u64)> {
        match &self.runner {
            Runner::Nextest { report, .. } => junit::counts_of(report),
            Runner::Cargo => Some(junit::results_in(&self.printed("tests"))),
        }
    }

    fn printed(&self, name: &str) -> String {
        fs::read_to_string(self.kept.output.join(name)).unwrap_or_default()
    }

    fn set_environment(&self, command: &mut Command) {
        command
            .env(SERVER_VARIABLE, self.server.url("postgres"))
            .env(artefacts::FOLDER_VARIABLE, &self.kept.artefacts);
    }
}

impl Runner {
    fn find() -> Self {
        if !process::succeeds(Command::new("cargo-nextest").args(["nextest", "--version"])) {
            println!("no cargo-nextest here, so `cargo test` runs the tests");
            return Self::Cargo;
        }
        let profile = if env::var_os("CI").is_some() {
            "ci"
        } else {
            "default"
        };
        // Below the root whatever CARGO_TARGET_DIR says.
        let report = workspace::root()
            .join("target/nextest")
            .join(profile)
            .join("junit.xml");
        Self::Nextest { profile, report }
    }

    /// The runner with what it always gets; the same features as every other step, so that nothing is built twice.
    fn command(&self, words: &[String]) -> Command {
        let mut command = workspace::cargo();
        match self {
            Self::Nextest { profile, .. } => command.args(["nextest", "run", "--profile", profile]),
            Self::Cargo => command.args(["test", "--tests", "--examples"]),
        };
        command.arg("--all-features");
        if packages_in(words).is_empty() {
            command.arg("--workspace");
        }
        command
    }
}

/// The words among `words` that choose packages: `-p NAME`, `--package NAME`, `--package=NAME`.
fn packages_in(words: &[String]) -> Vec<&String> {
    let mut chosen = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "-p" || word == "--package" {
            chosen.push(word);
            chosen.extend(words.next());
        } else if word.starts_with("-p=") || word.starts_with("--package=") {
            chosen.push(word);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_that_choose_packages_reach_the_build() {
        let words: Vec<String> = [
            "-p",
            "fluxori-vault",
            "opens",
            "--package=xtask",
            "--no-capture",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(
            packages_in(&words),
            ["-p", "fluxori-vault", "--package=xtask"]
        );
        assert_eq!(packages_in(&words[2..3]), [""; 0]);
    }
}
