//! `cargo xtask dev`: the server on this machine, ready to be called.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    interrupts::Interrupts,
    local::{Curl, Instance, Program, status_of, supervise, wait_until},
    process, terminal, workspace,
};

/// Where `dev` keeps its keys and database, from the root of the repository.
const FOLDER: &str = ".fluxori";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Database to use instead of the SQLite file in .fluxori/, such as postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = build_server()?;
    let instance = Instance::open(
        &workspace::root().join(FOLDER),
        &server,
        args.port,
        args.database_url.as_deref(),
    )?;
    let mut interrupts = Interrupts::listen()?;
    let mut server = start_server(&instance, &mut interrupts)?;

    let token = instance.token()?;
    print!("{}", welcome(&instance, &token));
    supervise(&mut [&mut server], &mut interrupts)
}

/// Builds `fluxori-server` and says where it lies.
pub(super) fn build_server() -> Result<PathBuf> {
    let mut programs = terminal::step("build fluxori-server", || {
        workspace::build_programs(&["fluxori-server"])
    })?;
    programs
        .remove("fluxori-server")
        .context("the package fluxori-server builds no program of that name")
}

/// Fails when something listens on this port of 127.0.0.1.
pub(super) fn refuse_occupied(port: u16) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    ensure!(
        status_of(address, "/livez").is_err(),
        "something answers on {address} already: stop it, or choose another port with --port"
    );
    Ok(())
}

/// Migrates the database of an instance, starts its server and waits until it is ready.
pub(super) fn start_server(instance: &Instance, interrupts: &mut Interrupts) -> Result<Program> {
    let address = instance.address();
    refuse_occupied(address.port())?;
    terminal::step("migrate the database", || {
        process::run(&mut instance.command("migrate"))
    })?;
    terminal::step("start the server", || {
        let mut server = Program::start("fluxori-server", &mut instance.command("serve"))?;
        wait_until(
            "the server is ready",
            &mut [&mut server],
            interrupts,
            || status_of(address, "/readyz").is_ok_and(|status| status == 200),
        )?;
        Ok(server)
    })
}

fn welcome(instance: &Instance, token: &str) -> String {
    let curl = Curl(instance.address());
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "credentials": { "apiKey": "not-a-real-key-0123456789" },
        "label": "My shop",
        "verify": "skip",
    });
    format!(
        "
Fluxori connections serves on http://{address}, keys and data in {FOLDER}/. Ctrl-C stops it; the data stays.

A token of dev-user in dev-org, good for seven days:

  export TOKEN={token}

Connect a Takealot account without asking Takealot, and list what is connected:

{create}
{list}

Show it and delete it again, with the `id` of an answer above:

  export ID=...
{show}
{delete}

",
        address = instance.address(),
        create = curl.create(&body),
        list = curl.list(),
        show = curl.one("GET", ""),
        delete = curl.one("DELETE", ""),
    )
}
