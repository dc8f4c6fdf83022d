#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its standard streams"
)]

mod bench;
mod canary;
mod chaos;
mod cluster;
mod commands;
mod frontend;
mod fuzz;
mod interrupts;
mod junit;
mod layers;
mod local;
mod process;
mod progress;
mod soak;
mod storm;
mod terminal;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    bench as bench_command, chaos as chaos_command, check, check_layers,
    cluster as cluster_command, demo, dev, e2e_stage, fuzz as fuzz_command, generate, link,
    soak as soak_command, storm as storm_command, test,
};

/// Runs, tests, checks and measures this repository.
///
/// New here? `cargo xtask demo` shows the whole product with simulated marketplaces, `cargo xtask test` proves that it
/// works on this machine, `cargo xtask check --fix` makes a change ready for review.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API on this machine, with a key and a database of its own in .fluxori/
    Dev(dev::Args),
    /// The same beside simulated marketplaces, with keys that work, are refused and are throttled
    Demo(demo::Args),
    /// Print a fresh link that signs in to the page of a running `dev` or `demo`
    Link(link::Args),
    /// Run every test, on SQLite and on a private PostgreSQL
    Test(test::Args),
    /// Run what CI runs: format, lints, layers, docs, licences, generated files, tests
    Check(check::Args),
    /// Compare what each crate links with the table of what it may link
    CheckLayers,
    /// Write the committed files that are made from the code
    Generate(generate::Args),
    /// Measure the speeds that matter, each beside its reference in the same run
    Bench(bench_command::Args),
    /// Keep running what the end-to-end tests run against
    #[command(hide = true)]
    E2eStage,
    /// Let many processes refresh the same credentials, lose answers and kill processes, and count what was lost
    Storm(storm_command::Args),
    /// Let calls to Google fail and kill processes while secrets are made, renewed and moved, and count what was lost or left
    Chaos(chaos_command::Args),
    /// Kill the database under three servers and some adapters, let its standby take over, and count what was lost
    Cluster(cluster_command::Args),
    /// Keep a whole installation at half of what it can do while marketplaces fail and processes are killed, and look for leaks
    Soak(soak_command::Args),
    /// Look for inputs on which a parser, a decoder or a check does not do what it must
    Fuzz(fuzz_command::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Dev(args) => dev::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Link(args) => link::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Check(args) => check::run(&args),
        Command::CheckLayers => check_layers::run(),
        Command::Generate(args) => generate::run(&args),
        Command::E2eStage => e2e_stage::run(),
        Command::Bench(args) => bench_command::run(&args),
        Command::Storm(args) => storm_command::run(&args),
        Command::Chaos(args) => chaos_command::run(&args),
        Command::Cluster(args) => cluster_command::run(&args),
        Command::Soak(args) => soak_command::run(&args),
        Command::Fuzz(args) => fuzz_command::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
