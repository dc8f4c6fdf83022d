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
    local::{Environment, Instance, Program, supervise},
    terminal, workspace,
};

/// Where `demo` keeps its keys and database, from the root of the repository.
const FOLDER: &str = ".fluxori/demo";
/// Lines of the simulated marketplaces that show a key instead of setting something begin so.
const KEY_PREFIX: &str = "DEMO_";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1; the simulated marketplaces choose ports of their own
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = dev::build_server()?;
    let simulator = terminal::step("build the simulated marketplaces", || {
        workspace::build_programs(&[
            "--package",
            "fluxori-test-support",
            "--all-features",
            "--bin",
            "simulated-marketplaces",
        ])?
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

    let adapter_settings = instance.folder().join("adapter.env");
    adapter_environment(&instance).write(&adapter_settings)?;
    print!("{}", welcome(&instance, &instance.token()?, &keys));
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

fn welcome(_instance: &Instance, _token: &str, _keys: &Environment) -> String {
    String::new()
}
