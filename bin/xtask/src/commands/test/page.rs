//! The tests of the page: by itself, and in a browser against the whole product.

use std::{env, fs, path::PathBuf, process::Command, slice};

use anyhow::{Context, Result};

use super::{Kept, Outcome, Part};
use crate::{
    frontend::{Programs, Stage, build_application},
    interrupts::Interrupts,
    junit, process, terminal,
    tools::{self, Node},
};

/// Names the report to write, to both runners.
const REPORT_VARIABLE: &str = "FLUXORI_JUNIT_FILE";

/// What these tests need, found on this machine.
pub(super) struct Page<'a> {
    kept: &'a Kept,
    node: Node,
    chromium: Option<PathBuf>,
}

impl<'a> Page<'a> {
    /// Finds what these parts need.
    ///
    /// # Errors
    /// When something is missing and cannot be installed from here.
    pub(super) fn prepare(parts: &[Part], kept: &'a Kept) -> Result<Self> {
        let node = Node::find()?;
        let chromium = parts
            .contains(&Part::E2e)
            .then(tools::ensure_chromium)
            .transpose()?;
        node.install()?;
        Ok(Self {
            kept,
            node,
            chromium,
        })
    }

    /// Each component and hook by itself, without a browser.
    pub(super) fn run_alone(&self, words: &[String]) -> Outcome {
        self.outcome("frontend", "tests of the page", |report| {
            let mut command = self.node.script("test");
            command.env(REPORT_VARIABLE, report);
            self.run(command, "frontend", words)
        })
    }

    /// In a browser, against a server, marketplaces and an identity provider that run for this only.
    pub(super) fn run_in_browser(&self, words: &[String]) -> Outcome {
        self.outcome("e2e", "tests of the page in a browser", |report| {
            let chromium = self.chromium.as_deref();
            let chromium = chromium.context("no browser was asked for")?;
            build_application(&self.node)?;
            let programs = Programs::build()?;
            let mut interrupts = Interrupts::listen()?;
            let stage = Stage::open(&programs, &self.kept.stage, chromium, &mut interrupts)?;
            let artefacts = self.kept.artefacts.join("e2e");
            fs::create_dir_all(&artefacts)?;
            let mut command = self.node.script("e2e");
            command
                .envs(stage.environment().iter())
                .env(REPORT_VARIABLE, report)
                .env("FLUXORI_ARTEFACTS", artefacts);
            let shown = format!("--output={}", self.kept.shown.display());
            self.run(command, "e2e", &[slice::from_ref(&shown), words].concat())
        })
    }

    fn run(&self, mut command: Command, name: &str, words: &[String]) -> Result<()> {
        // What is kept is read by programs too.
        command.arg("--").args(words).env("NO_COLOR", "1");
        process::run_and_keep(command, &self.kept.output.join(name))
    }

    fn outcome(&self, name: &str, title: &str, work: impl Fn(&PathBuf) -> Result<()>) -> Outcome {
        let report = self.kept.output.join(format!("{name}.xml"));
        let result = terminal::step(title, || work(&report));
        let counts = junit::counts_of(&report);
        let result = result.and_then(|()| {
            let counted = counts.is_some();
            anyhow::ensure!(counted, "the {title} left no report that can be counted");
            Ok(())
        });
        Outcome { result, counts }
    }
}

/// Whether a missing tool may be passed over: not where CI relies on us, nor where somebody asked for just this.
pub(super) fn may_be_left_out(only: &[Part]) -> bool {
    only.is_empty() && env::var_os("CI").is_none()
}
