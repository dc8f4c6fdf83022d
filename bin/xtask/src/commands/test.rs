//! `cargo xtask test`: every test, on both databases, from nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use fluxori_test_support::{
    artefacts,
    database::{PostgresServer, SERVER_VARIABLE},
};

use crate::{canary, junit, process, terminal, tools, workspace};

#[derive(Default, clap::Args)]
pub(crate) struct Args {
    /// Words for the test runner, such as a part of a test's name or `-p fluxori-vault`
    #[arg(last = true, value_name = "WORDS")]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    let run = Run::prepare(&args.words)?;
    terminal::step("build the tests", || run.build())?;

    let server = terminal::step("start a private PostgreSQL", || {
        PostgresServer::start().context("PostgreSQL did not start")
    })?;
    let url = server.url("postgres");
    let tests = terminal::step("tests", || run.tests(&url));
    let documentation = if run.is_whole() {
        terminal::step("tests in the documentation", || run.documentation(&url))
    } else {
        Ok(())
    };
    let leaks = terminal::step("search what the tests left behind for secrets", || {
        run.search(server.socket_dir())
    });
    drop(server);

    if let Ok((passed, failed)) = run.counts() {
        println!("\n{passed} passed, {failed} failed");
    }
    tests.and(documentation).and(leaks)
}

/// One run: how tests are started, and where what they print and leave behind is kept.
struct Run<'a> {
    words: &'a [String],
    /// What the runners printed, one file a runner.
    output: PathBuf,
    /// What tests chose to leave.
    artefacts: PathBuf,
    runner: Runner,
}

enum Runner {
    Nextest {
        profile: &'static str,
        report: PathBuf,
    },
    /// Slower and plainer, on a machine without nextest.
    Cargo,
}

impl<'a> Run<'a> {
    fn prepare(words: &'a [String]) -> Result<Self> {
        let target = workspace::target_folder()?;
        let kept = target.join("xtask-test");
        if kept.exists() {
            fs::remove_dir_all(&kept).context("could not remove what the last run left")?;
        }
        let (output, artefacts) = (kept.join("output"), kept.join("artefacts"));
        fs::create_dir_all(&output)?;
        fs::create_dir_all(&artefacts)?;

        let runner =
            if process::succeeds(Command::new("cargo-nextest").args(["nextest", "--version"])) {
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
                Runner::Nextest { profile, report }
            } else {
                println!("no cargo-nextest here, so `cargo test` runs the tests");
                Runner::Cargo
            };
        Ok(Self {
            words,
            output,
            artefacts,
            runner,
        })
    }

    /// Whether every test runs, and not only those that somebody asked for.
    fn is_whole(&self) -> bool {
        self.words.is_empty()
    }

    fn build(&self) -> Result<()> {
        let mut command = self.runner();
        command.arg("--no-run").args(packages_in(self.words));
        process::run(&mut command)
    }

    fn tests(&self, postgres: &str) -> Result<()> {
        let mut command = self.runner();
        if let Runner::Cargo = self.runner {
            command.args(["--no-fail-fast"]);
            command.args(self.words);
            // What a passing test prints is searched as well.
            command.args(["--", "--show-output"]);
        } else {
            command.args(self.words);
        }
        self.set_environment(&mut command, postgres);
        match &self.runner {
            Runner::Nextest { report, .. } => {
                let _ = fs::remove_file(report);
                process::run(&mut command)
            }
            Runner::Cargo => process::run_and_keep(command, &self.output.join("tests")),
        }
    }

    fn documentation(&self, postgres: &str) -> Result<()> {
        let mut command = workspace::cargo();
        command.args(["test", "--doc", "--workspace", "--all-features"]);
        self.set_environment(&mut command, postgres);
        process::run_and_keep(command, &self.output.join("documentation"))
    }

    /// Searches everything that was kept, and the files of PostgreSQL with its log of writes, where what was deleted is
    /// found too; a run of which nothing was kept proves nothing and fails.
    fn search(&self, postgresql: &Path) -> Result<()> {
        let mut places = vec![
            self.output.clone(),
            self.artefacts.clone(),
            postgresql.to_owned(),
        ];
        if let Runner::Nextest { report, .. } = &self.runner {
            ensure!(
                report.exists(),
                "the tests left no report at {}",
                report.display()
            );
            places.push(report.clone());
        }
        canary::ensure_none(&places)
    }

    /// How many tests passed and failed, as the runners said.
    fn counts(&self) -> Result<(u64, u64)> {
        let kept = |name: &str| fs::read_to_string(self.output.join(name)).unwrap_or_default();
        let tests = match &self.runner {
            Runner::Nextest { report, .. } => fs::read_to_string(report)
                .ok()
                .and_then(|report| junit::passed_and_failed(&report))
                .context("the tests left no report that can be counted")?,
            Runner::Cargo => junit::results_in(&kept("tests")),
        };
        let documentation = junit::results_in(&kept("documentation"));
        Ok((tests.0 + documentation.0, tests.1 + documentation.1))
    }

    /// The runner with what it always gets; the same features as every other step, so that nothing is built twice.
    fn runner(&self) -> Command {
        let mut command = workspace::cargo();
        match self.runner {
            Runner::Nextest { profile, .. } => {
                command.args(["nextest", "run", "--profile", profile])
            }
            Runner::Cargo => command.args(["test", "--tests", "--examples"]),
        };
        command.arg("--all-features");
        if packages_in(self.words).is_empty() {
            command.arg("--workspace");
        }
        command
    }

    fn set_environment(&self, command: &mut Command, postgres: &str) {
        command
            .env(SERVER_VARIABLE, postgres)
            .env(artefacts::FOLDER_VARIABLE, &self.artefacts);
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
