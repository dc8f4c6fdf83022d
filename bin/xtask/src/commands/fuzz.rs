//! `cargo xtask fuzz`: looks for inputs on which what must hold does not.

use anyhow::{Result, ensure};

use crate::{
    fuzz::{Search, can_search, targets},
    process::run as run_command,
    workspace,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How long each target is tried
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// The targets; all of `fuzz/fuzz_targets` when none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    ensure!(
        can_search(),
        "fuzzing needs a nightly compiler (`rustup toolchain install nightly`) and one for C++ (`apt-get install g++`)"
    );
    Search::prepare(args.seconds)?.run(targets(&args.targets)?)
}

/// The same for every target where there is what it needs. Where there is not, the inputs of `fuzz/corpus`, and many that
/// are made of them, are tried without looking for more.
pub(crate) fn run_or_replay(seconds: u32) -> Result<()> {
    if can_search() {
        return Search::prepare(seconds)?.run(targets(&[])?);
    }
    println!(
        "no nightly compiler here, or none for C++: nothing is searched for, only the corpus is tried"
    );
    run_command(workspace::cargo().args(["test", "--all-features", "--package", "fluxori-fuzzing"]))
}
