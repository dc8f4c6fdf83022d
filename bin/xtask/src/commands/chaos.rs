//! `cargo xtask chaos`: the proof that no secret at Google is lost and none is left behind, with real processes.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result};
use fluxori_test_support::database::PostgresServer;

use crate::{
    canary,
    chaos::{self, Plan, Setting, Size},
    interrupts::Interrupts,
    storm::{self, Finding},
    terminal, tools, workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Processes at a time; 4, or 3 in the short form
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    processes: Option<u16>,
    /// Failed calls, lost answers and kills; 10000, or 300 in the short form
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    faults: Option<u64>,
    /// Credentials that are moved there and back; 10000, or 200 in the short form
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=100_000))]
    credentials: Option<u32>,
    /// Small, quick, and built without optimisation: shows that nothing is lost, measures little
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
            faults: None,
            credentials: None,
            short: true,
            seed: 1,
            json: None,
        }
    }

    fn plan(&self) -> Result<Plan> {
        let usual = Plan::usual(self.short);
        Ok(Plan {
            size: Size {
                processes: self.processes.map_or(usual.size.processes, usize::from),
                faults: self.faults.unwrap_or(usual.size.faults),
                credentials: match self.credentials {
                    Some(count) => count.try_into()?,
                    None => usual.size.credentials,
                },
            },
            seed: self.seed,
            ..usual
        })
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    let plan = args.plan()?;
    let programs = terminal::step("build the programs", || build(!args.short))?;
    let findings = play(plan, &programs)?;

    let remark = args
        .short
        .then_some("the short form: its times say nothing");
    storm::conclude(&findings, remark, args.json.as_deref())
}

/// What `bench` runs: the whole form or the short one, of programs built as those that it measures are.
pub(crate) fn measure(is_short: bool) -> Result<Vec<Finding>> {
    play(Plan::usual(is_short), &build(true)?)
}

fn play(plan: Plan, programs: &BTreeMap<String, PathBuf>) -> Result<Vec<Finding>> {
    let program = |name: &str| workspace::program(programs, name);
    let output = workspace::fresh_output("xtask-chaos")?;

    let server = PostgresServer::start().context("PostgreSQL did not start")?;
    let mut interrupts = Interrupts::listen()?;
    let findings = chaos::play(&mut Setting {
        plan,
        server: &server,
        worker: program("chaos_worker")?,
        fluxori: program("fluxori-server")?,
        marketplaces: program("simulated-marketplaces")?,
        google: program("simulated-google")?,
        output: &output,
        interrupts: &mut interrupts,
    })?;
    terminal::step("search what the processes left behind for secrets", || {
        canary::ensure_none(&[output.clone(), server.socket_dir().to_owned()])
    })?;
    Ok(findings)
}

/// Without optimisation, what the tests have built already will do.
fn build(is_optimised: bool) -> Result<BTreeMap<String, PathBuf>> {
    const PROGRAMS: [&str; 3] = [
        "fluxori-server",
        "simulated-google",
        "simulated-marketplaces",
    ];
    if is_optimised {
        workspace::build_optimised(&["chaos_worker"], &PROGRAMS)
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
        let words = ["chaos"].iter().chain(words);
        Cli::try_parse_from(words)
            .ok()
            .unwrap()
            .args
            .plan()
            .unwrap()
    }

    #[test]
    fn chaos_is_what_the_bars_are_about_unless_it_is_short() {
        assert_eq!(plan(&[]).size, Size::WHOLE);
        assert_eq!(plan(&["--short"]).size, Size::SHORT);
    }

    #[test]
    fn a_chosen_size_is_taken_by_the_short_form_too() {
        let size = plan(&["--short", "--faults", "50", "--credentials", "40"]).size;
        assert_eq!((size.faults, size.credentials), (50, 40));
        assert_eq!(size.processes, Size::SHORT.processes);
        assert!(Cli::try_parse_from(["chaos", "--processes", "0"]).is_err());
    }
}
