//! `cargo xtask soak`: the proof that nothing grows and nothing is left behind, with real processes and a whole installation.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use fluxori_test_support::database::PostgresServer;

use crate::{
    canary,
    interrupts::Interrupts,
    soak::{self, Plan, Setting},
    storm, terminal, tools, workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long everybody works, setting up and proving not counted
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=1_440))]
    minutes: u64,
    /// Use programs without optimisation, which the tests have built already
    #[arg(long)]
    unoptimised: bool,
    /// Decides about everything that is left to chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write what was found and the machine's shape to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    let programs = terminal::step("build the programs", || build(!args.unoptimised))?;
    let program = |name: &str| workspace::program(&programs, name);
    let output = workspace::fresh_output("xtask-soak")?;

    let server = PostgresServer::start().context("PostgreSQL did not start")?;
    let mut interrupts = Interrupts::listen()?;
    let findings = soak::play(&mut Setting {
        plan: Plan {
            length: Duration::from_mins(args.minutes),
            seed: args.seed,
        },
        storm: storm::Setting {
            plan: storm::Plan::usual(false),
            server: &server,
            worker: program("storm_worker")?,
            marketplaces: program("simulated-marketplaces")?,
            output: &output,
            interrupts: &mut interrupts,
        },
        fluxori: program("fluxori-server")?,
        sellers: program("soak_worker")?,
    })?;
    let leaks = terminal::step("search what the processes left behind for secrets", || {
        canary::ensure_none(&[output.clone(), server.socket_dir().to_owned()])
    });
    let remark = args
        .unoptimised
        .then_some("programs without optimisation: their peak says nothing");
    storm::conclude(&findings, remark, args.json.as_deref())?;
    leaks
}

fn build(is_optimised: bool) -> Result<BTreeMap<String, PathBuf>> {
    const PROGRAMS: [&str; 2] = ["fluxori-server", "simulated-marketplaces"];
    if is_optimised {
        workspace::build_optimised(&["storm_worker", "soak_worker"], &PROGRAMS)
    } else {
        workspace::build_programs(&PROGRAMS)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn minutes(words: &[&str]) -> Option<u64> {
        let words = ["soak"].iter().chain(words);
        Some(Cli::try_parse_from(words).ok()?.args.minutes)
    }

    #[test]
    fn a_soak_is_what_the_bars_are_about_unless_another_length_is_chosen() {
        assert_eq!(minutes(&[]), Some(30));
        assert_eq!(minutes(&["--minutes", "5"]), Some(5));
        assert_eq!(minutes(&["--minutes", "0"]), None);
        assert_eq!(minutes(&["--minutes", "2000"]), None);
    }
}
