//! `cargo xtask storm`: the proof that refreshing loses nothing, with real processes.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use fluxori_test_support::database::PostgresServer;

use crate::{
    canary,
    interrupts::Interrupts,
    storm::{self, Finding, Plan, Setting, Size},
    terminal, tools, workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Processes at a time; 8, or 3 in a short storm
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=32))]
    processes: Option<u16>,
    /// Callers in each process; 64, or 16 in a short storm
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    callers: Option<u16>,
    /// Expired credentials; 1000, or 60 in a short storm
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=20_000))]
    credentials: Option<u16>,
    /// For how long processes are killed and answers are lost; 30, or 4 in a short storm
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: Option<u64>,
    /// Small, quick, and built without optimisation: shows that everything adds up, measures little
    #[arg(long)]
    short: bool,
    /// Decides about everything that is left to chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write what was found and the machine's shape to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    /// What `check` runs.
    pub(crate) const fn short() -> Self {
        Self {
            processes: None,
            callers: None,
            credentials: None,
            seconds: None,
            short: true,
            seed: 1,
            json: None,
        }
    }

    fn plan(&self) -> Plan {
        let usual = Plan::usual(self.short);
        let or = |chosen: Option<u16>, usual| chosen.map_or(usual, usize::from);
        Plan {
            size: Size {
                processes: or(self.processes, usual.size.processes),
                callers: or(self.callers, usual.size.callers),
                credentials: or(self.credentials, usual.size.credentials),
                trouble: self.seconds.map_or(usual.size.trouble, Duration::from_secs),
            },
            seed: self.seed,
            ..usual
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    let programs = terminal::step("build the programs", || build(!args.short))?;
    let Played { findings, leaks } = play(args.plan(), &programs)?;

    let remark = args.short.then_some("a short storm: its times say nothing");
    storm::conclude(&findings, remark, args.json.as_deref())?;
    leaks
}

/// What `bench` runs: the storm that the bars are about, or a short one, of programs built as those that it measures are.
pub(crate) fn measure(is_short: bool) -> Result<Vec<Finding>> {
    let programs = build(true)?;
    let Played { findings, leaks } = play(Plan::usual(is_short), &programs)?;
    leaks.map(|()| findings)
}

/// What came of a storm.
struct Played {
    findings: Vec<Finding>,
    /// Whether its processes kept secrets to themselves.
    leaks: Result<()>,
}

fn play(plan: Plan, programs: &BTreeMap<String, PathBuf>) -> Result<Played> {
    let program = |name: &str| workspace::program(programs, name);
    let output = workspace::fresh_output("xtask-storm")?;

    let server = PostgresServer::start().context("PostgreSQL did not start")?;
    let mut interrupts = Interrupts::listen()?;
    let findings = storm::play(&mut Setting {
        plan,
        server: &server,
        worker: program("storm_worker")?,
        marketplaces: program("simulated-marketplaces")?,
        output: &output,
        interrupts: &mut interrupts,
    })?;
    let leaks = terminal::step("search what the processes left behind for secrets", || {
        canary::ensure_none(&[output.clone(), server.socket_dir().to_owned()])
    });
    Ok(Played { findings, leaks })
}

/// Without optimisation, what the tests have built already will do.
fn build(is_optimised: bool) -> Result<BTreeMap<String, PathBuf>> {
    const PROGRAMS: [&str; 1] = ["simulated-marketplaces"];
    if is_optimised {
        workspace::build_optimised(&["storm_worker"], &PROGRAMS)
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

    fn plan(words: &[&str]) -> Plan {
        let words = ["storm"].iter().chain(words);
        Cli::try_parse_from(words).ok().unwrap().args.plan()
    }

    #[test]
    fn a_storm_is_what_the_bars_are_about_unless_it_is_short() {
        assert_eq!(plan(&[]).size, Size::WHOLE);
        assert_eq!(plan(&["--short"]).size, Size::SHORT);
        assert!(plan(&["--short"]).is_short);
    }

    #[test]
    fn a_chosen_size_is_taken_by_a_short_storm_too() {
        let size = plan(&["--short", "--callers", "5", "--seconds", "7"]).size;
        assert_eq!((size.callers, size.trouble), (5, Duration::from_secs(7)));
        assert_eq!(size.processes, Size::SHORT.processes);
        assert!(Cli::try_parse_from(["storm", "--processes", "0"]).is_err());
    }
}
