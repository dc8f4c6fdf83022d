//! `cargo xtask cluster`: the proof that a standby takes over without a loss, with real processes on a real pair of servers.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Result;

use crate::{
    canary,
    cluster::{self, Plan, Setting, Size},
    interrupts::Interrupts,
    storm::{self, Finding},
    terminal, tools, workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often the primary is killed; 5, or once in the short form
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    failovers: Option<u32>,
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
            failovers: None,
            short: true,
            seed: 1,
            json: None,
        }
    }

    fn plan(&self) -> Plan {
        let usual = Plan::usual(self.short);
        Plan {
            size: Size {
                failovers: self.failovers.unwrap_or(usual.size.failovers),
                ..usual.size
            },
            seed: self.seed,
            ..usual
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    tools::ensure_pgbouncer()?;
    let programs = terminal::step("build the programs", || build(!args.short))?;
    let findings = play(args.plan(), &programs)?;

    let remark = args.short.then_some("the short form: its times say little");
    storm::conclude(&findings, remark, args.json.as_deref())
}

fn play(plan: Plan, programs: &BTreeMap<String, PathBuf>) -> Result<Vec<Finding>> {
    let program = |name: &str| workspace::program(programs, name);
    let output = workspace::fresh_output("xtask-cluster")?;
    let mut interrupts = Interrupts::listen()?;
    let findings = cluster::play(&mut Setting {
        plan,
        worker: program("storm_worker")?,
        fluxori: program("fluxori-server")?,
        marketplaces: program("simulated-marketplaces")?,
        output: &output,
        interrupts: &mut interrupts,
    })?;
    terminal::step("search what the processes left behind for secrets", || {
        canary::ensure_none(&[output])
    })?;
    Ok(findings)
}

/// Without optimisation, what the tests have built already will do.
fn build(is_optimised: bool) -> Result<BTreeMap<String, PathBuf>> {
    const PROGRAMS: [&str; 2] = ["fluxori-server", "simulated-marketplaces"];
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

    #[test]
    fn the_primary_is_killed_as_often_as_was_asked_for() {
        let plan = |words: &[&str]| {
            let words = ["cluster"].iter().chain(words);
            Cli::try_parse_from(words).ok().map(|cli| cli.args.plan())
        };
        assert_eq!(plan(&[]).unwrap().size, Size::WHOLE);
        assert_eq!(plan(&["--short"]).unwrap().size, Size::SHORT);
        let often = plan(&["--short", "--failovers", "7"]).unwrap();
        assert_eq!(often.size.failovers, 7);
        assert_eq!(often.size.sellers, Size::SHORT.sellers);
        assert!(plan(&["--failovers", "0"]).is_none());
    }
}
