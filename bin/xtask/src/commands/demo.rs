//! `cargo xtask demo`: the whole product without any account.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use super::dev;
use crate::{
    interrupts::Interrupts,
    local::{Curl, Environment, Instance, Offer, Program, supervise, write_offers},
    terminal, workspace,
};

/// Where `demo` keeps its keys and database, from the root of the repository.
const FOLDER: &str = ".fluxori/demo";
/// Lines of the simulated marketplaces that show a key instead of setting something begin so.
const KEY_PREFIX: &str = "DEMO_";
/// The file in the folder that points an adapter at this database and these marketplaces.
const ADAPTER_SETTINGS: &str = "adapter.env";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1; the simulated marketplaces choose ports of their own
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = dev::build_server()?;
    let simulator = terminal::step("build the simulated marketplaces", || {
        workspace::build_programs(&["simulated-marketplaces"])?
            .remove("simulated-marketplaces")
            .context("there is no program of that name")
    })?;
    let mut instance = Instance::open(&workspace::root().join(FOLDER), &server, args.port, None)?;

    let mut interrupts = Interrupts::listen()?;
    let (mut marketplaces, told) =
        terminal::step("start the simulated marketplaces", || start(&simulator))?;
    let (keys, settings) = told.split(|name| name.starts_with(KEY_PREFIX));
    instance.add(&settings);
    let mut server = dev::start_server(&instance, &mut interrupts)?;

    let offers = write_offers(instance.folder(), &keys)?;
    adapter_environment(&instance).write(&instance.folder().join(ADAPTER_SETTINGS))?;
    print!("{}", welcome(&instance, &offers)?);
    supervise(&mut [&mut marketplaces, &mut server], &mut interrupts)
}

/// Starts the simulated marketplaces and reads what they say about themselves, up to the first blank line.
fn start(program: &Path) -> Result<(Program, Environment)> {
    let mut command = Command::new(program);
    command.stdout(Stdio::piped());
    let mut program = Program::start("simulated-marketplaces", &mut command)?;
    let lines = lines_of(program.output().context("its output is a pipe")?);
    let mut told = Environment::default();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(20)) {
        if line.is_empty() {
            return Ok((program, told));
        }
        told.take_line(&line);
    }
    program.check_running()?;
    anyhow::bail!("the simulated marketplaces do not say where they are")
}

/// Reads lines as they come, to the end, so that the program never waits for a reader.
fn lines_of(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens after the first blank line, and reading goes on all the same.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// What an adapter needs to read credentials from this database and to call the simulated marketplaces.
fn adapter_environment(instance: &Instance) -> Environment {
    let (_, mut environment) = instance
        .environment()
        .clone()
        .split(|name| name.starts_with("JWT_") || name == "LISTEN");
    environment.set("SERVICE_NAME", "demo-adapter");
    environment.set("ADAPTER_USER", "dev-user");
    environment.set("ADAPTER_ORGANIZATION", "dev-org");
    environment
}

fn welcome(instance: &Instance, offers: &[Offer]) -> Result<String> {
    let curl = Curl(instance.address());
    let connect: Vec<String> = offers
        .iter()
        .map(|offer| {
            let lines = offer.requests.iter().map(|(key, file)| {
                let line = curl.create_from_file(&Path::new(FOLDER).join(file));
                format!("  # {}: {key}\n{line}\n", offer.marketplace)
            });
            lines.collect()
        })
        .collect();
    let adapters: Vec<String> = offers
        .iter()
        .map(|offer| {
            let example = format!("{}_adapter", offer.marketplace);
            format!("  cargo run -p fluxori-credentials --example {example}\n")
        })
        .collect();
    Ok(format!(
        "
Fluxori connections serves on http://{address}, with simulated marketplaces behind it. Keys, data and the files named
below are in {FOLDER}/. Ctrl-C stops everything; the data stays. The lines are for a shell in the root of the repository.

A token of dev-user in dev-org, good for seven days:

  export TOKEN={token}

Connect an account. Of each marketplace one key works, one is refused and one is told to wait:

{connect}
List what is connected, and test one of them with its `id`:

{list}
  export ID=...
{test}

Do what an adapter does, with what is connected:

  . {FOLDER}/{ADAPTER_SETTINGS}
{adapters}
",
        adapters = adapters.concat(),
        address = instance.address(),
        token = instance.token()?,
        connect = connect.join("\n"),
        list = curl.list(),
        test = curl.one("POST", "/test"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_first_blank_one() {
        let lines = lines_of("A=1\nB=2\n\nrunning\n".as_bytes());
        let told: Vec<_> = lines.iter().take_while(|line| !line.is_empty()).collect();
        assert_eq!(told, ["A=1", "B=2"]);
    }
}
