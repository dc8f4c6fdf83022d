//! `cargo xtask check`: what CI runs, by name.

use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::{chaos, check_layers, cluster, fuzz, generate, package, storm, test};
use crate::{
    frontend::{build_application, build_package},
    process::{run as run_command, succeeds},
    terminal,
    tools::{self, Node},
    workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Mend what a machine can: format, lints with an obvious answer, generated files
    #[arg(long)]
    fix: bool,
    /// Run only this step; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<Step>,
    /// Leave this step out; may be repeated
    #[arg(long, value_name = "NAME")]
    skip: Vec<Step>,
    /// How long `fuzz` tries each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    fuzz_seconds: u32,
}

/// The steps, in the order in which they run: those that fail fast come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Every file is formatted
    Fmt,
    /// Every crate links only what its layer may
    Layers,
    /// Clippy has nothing to say, about tests and benchmarks neither
    Clippy,
    /// The documentation builds without a warning
    Docs,
    /// The committed files that are made from the code are those it makes now
    Generated,
    /// The page: lints, types, format, both builds, and how large they are
    Frontend,
    /// Licences, banned crates, sources; known vulnerabilities where their list can be fetched
    Deny,
    /// The crates that others may use can be packed for them
    Package,
    /// What is public breaks nobody who uses the last release, where there is one
    Semver,
    /// Every test passes on both databases
    Test,
    /// A short storm of refreshes loses nothing
    Storm,
    /// Faults and kills around secrets at Google lose nothing and leave nothing behind
    Chaos,
    /// A standby takes over from a killed primary, and nothing that was acknowledged is lost
    Cluster,
    /// No input is found on which what must hold does not; without a nightly compiler only the corpus is tried
    Fuzz,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut rows = Vec::new();
    let mut failed = 0;
    for step in chosen(&args.only, &args.skip) {
        let name = name_of(step);
        let started = Instant::now();
        let result = terminal::step(&name, || step.run(args));
        let (outcome, advice) = match result {
            Ok(()) => ("ok", ""),
            Err(error) => {
                println!("{error:#}");
                failed += 1;
                ("FAILED", step.advice())
            }
        };
        rows.push(vec![
            name,
            outcome.to_owned(),
            terminal::seconds(started.elapsed()),
            advice.to_owned(),
        ]);
    }
    print!(
        "\n{}",
        terminal::table(&["step", "outcome", "time", "what to do"], &rows)
    );
    if failed > 0 {
        bail!("{failed} of {} steps failed", rows.len());
    }
    Ok(())
}

fn chosen(only: &[Step], skip: &[Step]) -> Vec<Step> {
    Step::value_variants()
        .iter()
        .copied()
        .filter(|step| only.is_empty() || only.contains(step))
        .filter(|step| !skip.contains(step))
        .collect()
}

fn name_of(step: Step) -> String {
    let value = step.to_possible_value().expect("no step is hidden");
    value.get_name().to_owned()
}

impl Step {
    fn run(self, args: &Args) -> Result<()> {
        let fix = args.fix;
        match self {
            Self::Fmt => fmt(fix),
            Self::Layers => check_layers::run(),
            Self::Clippy => clippy(fix),
            Self::Docs => docs(),
            Self::Generated => generate::run(&generate::Args { check: !fix }),
            Self::Frontend => frontend(fix),
            Self::Deny => deny(),
            Self::Package => package::package(),
            Self::Semver => package::semver(),
            Self::Test => test::run(&test::Args::default()),
            Self::Storm => storm::run(&storm::Args::short()),
            Self::Chaos => chaos::run(&chaos::Args::short()),
            Self::Cluster => cluster::run(&cluster::Args::short()),
            Self::Fuzz => fuzz::run_or_replay(args.fuzz_seconds),
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Fmt => "cargo xtask check --fix --only fmt",
            Self::Layers => "move the code, or change the table and the architecture page",
            Self::Clippy => "cargo xtask check --fix --only clippy, then by hand",
            Self::Docs => "mend the doc comments named above",
            Self::Generated => "cargo xtask generate, and commit the result",
            Self::Frontend => "npm run format in frontend/, then by hand",
            Self::Deny => {
                "replace the crate (`cargo tree -i` says who brings it), or add an exception with its reason to deny.toml"
            }
            Self::Package => "mend the manifest, or what the crate embeds",
            Self::Semver => "raise the version as it says, or keep what was public",
            Self::Test => "cargo xtask test -- NAME runs one test",
            Self::Storm => "cargo xtask storm --short, and read the logs that it names",
            Self::Chaos => "cargo xtask chaos --short, and read the logs that it names",
            Self::Cluster => {
                "cargo xtask cluster --short, and read the logs in xtask-cluster of the build folder"
            }
            Self::Fuzz => "mend it, and keep the input in fuzz/corpus: docs/guides/fuzz.md",
        }
    }
}

fn fmt(fix: bool) -> Result<()> {
    let mut command = workspace::cargo();
    command.args(["fmt", "--all"]);
    if !fix {
        command.arg("--check");
    }
    run_command(&mut command)
}

fn clippy(fix: bool) -> Result<()> {
    const WHAT: [&str; 3] = ["--workspace", "--all-targets", "--all-features"];
    if fix {
        run_command(
            workspace::cargo()
                .args(["clippy", "--fix", "--allow-dirty", "--allow-staged"])
                .args(WHAT),
        )?;
    }
    run_command(
        workspace::cargo()
            .arg("clippy")
            .args(WHAT)
            .args(["--", "-D", "warnings"]),
    )
}

fn docs() -> Result<()> {
    run_command(
        workspace::cargo()
            .args(["doc", "--workspace", "--all-features", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn frontend(fix: bool) -> Result<()> {
    let node = Node::find()?;
    node.install()?;
    if fix {
        run_command(&mut node.script("format"))?;
    }
    for script in ["format:check", "lint", "typecheck"] {
        run_command(&mut node.script(script))?;
    }
    build_application(&node)?;
    build_package(&node)?;
    // Where the example mounts the package as other applications get it, and not its sources.
    run_command(&mut node.script("test:package"))?;
    run_command(&mut node.script("size"))
}

fn deny() -> Result<()> {
    run_command(tools::cargo_deny()?.args([
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]))?;
    if succeeds(tools::cargo_deny()?.args(["fetch", "db"])) {
        return run_command(tools::cargo_deny()?.args(["check", "--disable-fetch", "advisories"]));
    }
    println!(
        "the list of known vulnerabilities cannot be fetched from here: advisories not checked"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_choice_every_step_runs_in_order() {
        assert_eq!(chosen(&[], &[]), Step::value_variants());
    }

    #[test]
    fn a_step_can_be_chosen_or_left_out() {
        assert_eq!(
            chosen(&[Step::Test, Step::Fmt], &[]),
            [Step::Fmt, Step::Test]
        );
        assert!(!chosen(&[], &[Step::Test]).contains(&Step::Test));
        assert_eq!(chosen(&[Step::Test], &[Step::Test]), []);
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_names_there_are() {
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            args: Args,
        }
        let result = <Cli as clap::Parser>::try_parse_from(["check", "--only", "lint"]);
        let error = result.err().unwrap().to_string();
        assert!(
            error.contains(
                "fmt, layers, clippy, docs, generated, frontend, deny, package, semver, test, storm, chaos, cluster, fuzz"
            ),
            "{error}"
        );
    }
}
