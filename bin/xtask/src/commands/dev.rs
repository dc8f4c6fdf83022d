//! `cargo xtask dev`: the server on this machine, ready to be called.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    frontend,
    interrupts::Interrupts,
    local::{Curl, Instance, Program, make_link, page_settings, status_of, supervise, wait_until},
    process, terminal,
    tools::Node,
    workspace,
};

/// Where `dev` keeps its keys and database, from the root of the repository.
const FOLDER: &str = ".fluxori";

/// The port that `dev` and `demo` listen on unless told otherwise.
pub(super) const DEFAULT_PORT: u16 = 8080;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Database to use instead of the SQLite file in .fluxori/, such as postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    build_page()?;
    let server = build_server()?;
    let mut instance = Instance::open(
        &workspace::root().join(FOLDER),
        &server,
        args.port,
        args.database_url.as_deref(),
    )?;
    let settings = page_settings(&instance);
    instance.add(&settings);
    instance.add_metrics();
    let mut interrupts = Interrupts::listen()?;
    let mut server = start_server(&instance, &mut interrupts)?;

    print!("{}", welcome(&instance)?);
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

/// Builds the page where that can be done here, and says so where it cannot.
pub(super) fn build_page() -> Result<()> {
    match Node::find() {
        Ok(node) => frontend::build_application(&node),
        Err(error) => {
            println!("the page is missing, and everything else goes on: {error}");
            Ok(())
        }
    }
}

/// What to open first, for somebody who has just started a server.
pub(super) fn sign_in_text(instance: &Instance) -> Result<String> {
    let link = make_link(instance)?;
    Ok(format!(
        "
Open this. It signs you in as dev-user of dev-org, once; `cargo xtask link{port}` prints another.

  {link}
",
        port = match instance.address().port() {
            DEFAULT_PORT => String::new(),
            other => format!(" --port {other}"),
        }
    ))
}

fn welcome(instance: &Instance) -> Result<String> {
    let curl = Curl(instance.address());
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "credentials": { "apiKey": "not-a-real-key-0123456789" },
        "label": "My shop",
        "verify": "skip",
    });
    Ok(format!(
        "{sign_in}
Keys and data are in {FOLDER}/. Ctrl-C stops the server; the data stays. To call the API: a token of the same user, good for seven
days, an account that is connected without asking Takealot, and the list.

  export TOKEN={token}
{create}
{list}

{metrics}
",
        metrics = instance.metrics_text(),
        sign_in = sign_in_text(instance)?,
        token = instance.token()?,
        create = curl.create(&body),
        list = curl.list(),
    ))
}
