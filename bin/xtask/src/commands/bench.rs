//! `cargo xtask bench`: the speeds that matter, each beside its reference.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{
    bench::{Machine, Row, report},
    commands::{chaos, storm},
    process, terminal, tools, workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the rows and the machine's shape to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Small data and short runs: shows that it works, measures little
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Change the keys of 1,000,000 credentials instead of 100,000, which takes some minutes more
    #[arg(long)]
    full: bool,
}

impl Args {
    /// What each program is told.
    fn words(&self) -> &'static [&'static str] {
        match (self.quick, self.full) {
            (true, _) => &["--", "--quick"],
            (false, true) => &["--", "--full"],
            (false, false) => &[],
        }
    }
}

/// The programs that measure alone: package and benchmark. Each prints its rows as lines of JSON.
const PROGRAMS: &[(&str, &str)] = &[
    ("fluxori-vault", "seal"),
    ("fluxori-persistence", "read"),
    ("fluxori-credentials", "credential_read"),
    ("fluxori-credentials", "keys"),
    ("fluxori-api", "list"),
    ("fluxori-api", "overload"),
];

pub(crate) fn run(args: &Args) -> Result<()> {
    tools::ensure_postgresql()?;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    let mut note =
        |name: String, work: &dyn Fn() -> Result<Vec<Row>>| match terminal::step(&name, work) {
            Ok(measured) => rows.extend(measured),
            Err(error) => {
                println!("{error:#}");
                failed.push(name);
            }
        };
    for (package, benchmark) in PROGRAMS {
        let name = format!("{package}: {benchmark}");
        note(name, &|| measure(benchmark, args.words()));
    }
    note("storm".to_owned(), &|| {
        let findings = storm::measure(args.quick)?;
        let rows = findings.into_iter().map(|one| one.into_row("storm"));
        Ok(rows.collect())
    });
    note("chaos".to_owned(), &|| {
        let findings = chaos::measure(args.quick)?;
        let rows = findings.into_iter().map(|one| one.into_row("chaos"));
        Ok(rows.collect())
    });
    let machine = Machine::look();
    print!("\n{}", report::text(&machine, &rows));
    if args.quick {
        println!("(a quick run: too short to judge by)");
    }
    if let Some(file) = &args.json {
        let text = serde_json::to_string_pretty(&report::json(&machine, &rows))?;
        fs::write(file, text + "\n")
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join("; "));
    Ok(())
}

/// Runs one program to its end and reads its rows.
fn measure(benchmark: &str, words: &[&str]) -> Result<Vec<Row>> {
    let mut command = workspace::cargo();
    command.arg("bench");
    // All packages each time, so that what they have in common is built once, with the same features.
    for (package, _) in PROGRAMS {
        command.args(["--package", package]);
    }
    command.args(["--bench", benchmark]).args(words);
    Row::read_lines(&process::capture(&mut command)?)
}
