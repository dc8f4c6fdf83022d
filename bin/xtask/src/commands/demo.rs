//! `cargo xtask demo`: the whole product without any account.

mod google;

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use anyhow::{Context, Result};

use super::dev;
use crate::{
    interrupts::Interrupts,
    local::{
        Curl, Environment, Instance, Offer, Program, page_settings, start_marketplaces, supervise,
        write_offers,
    },
    terminal, workspace,
};
use google::Google;

/// Where `demo` keeps its keys and database, from the root of the repository.
const FOLDER: &str = ".fluxori/demo";
/// Lines of the simulated marketplaces that show a key instead of setting something begin so.
const KEY_PREFIX: &str = "DEMO_";
/// The file in the folder that points an adapter at this database and these marketplaces.
const ADAPTER_SETTINGS: &str = "adapter.env";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1; the simulated marketplaces choose ports of their own
    #[arg(long, default_value_t = dev::DEFAULT_PORT)]
    port: u16,
    /// Keep the secrets in a simulated Google Secret Manager instead of the database
    #[arg(long)]
    google: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    dev::build_page()?;
    let server = dev::build_server()?;
    let mut programs = build_simulators(args.google)?;
    let mut program = |name: &str| programs.remove(name).context("no program of that name");
    let marketplaces = program("simulated-marketplaces")?;
    dev::refuse_occupied(args.port)?;
    let folder = if args.google { google::FOLDER } else { FOLDER };
    let _only_one = if args.google {
        Some(google::begin_anew(&workspace::root().join(folder))?)
    } else {
        None
    };
    let mut instance = Instance::open(&workspace::root().join(folder), &server, args.port, None)?;

    let mut interrupts = Interrupts::listen()?;
    let (mut marketplaces, told) = terminal::step("start the simulated marketplaces", || {
        start_marketplaces(&marketplaces)
    })?;
    let (keys, settings) = told.split(|name| name.starts_with(KEY_PREFIX));
    instance.add(&settings);
    let settings = page_settings(&instance);
    instance.add(&settings);
    instance.add_metrics();
    let mut google = if args.google {
        Some(Google::start(&program("simulated-google")?, &mut instance)?)
    } else {
        None
    };
    let mut server = dev::start_server(&instance, &mut interrupts)?;

    let offers = write_offers(instance.folder(), &keys)?;
    adapter_environment(&instance).write(&instance.folder().join(ADAPTER_SETTINGS))?;
    let at_google = google.as_ref().map(|google| google.welcome(&instance));
    print!(
        "{}",
        welcome(
            (folder, &instance),
            keys.value("DEMO_PORTAL")?,
            &offers,
            at_google
        )?
    );
    let google = google.as_mut().map(|google| &mut google.program);
    let mut running: Vec<&mut Program> = [&mut marketplaces, &mut server].into();
    running.extend(google);
    supervise(&mut running, &mut interrupts)
}

fn build_simulators(with_google: bool) -> Result<BTreeMap<String, PathBuf>> {
    let names: &[&str] = if with_google {
        &["simulated-marketplaces", "simulated-google"]
    } else {
        &["simulated-marketplaces"]
    };
    terminal::step("build the simulators", || workspace::build_programs(names))
}

/// What an adapter needs to read credentials from this database and to call the simulated marketplaces.
fn adapter_environment(instance: &Instance) -> Environment {
    let (_, mut environment) = instance
        .environment()
        .clone()
        .split(|name| name.starts_with("JWT_") || name.ends_with("LISTEN"));
    environment.set("SERVICE_NAME", "demo-adapter");
    environment.set("ADAPTER_USER", "dev-user");
    environment.set("ADAPTER_ORGANIZATION", "dev-org");
    environment
}

fn welcome(
    (folder, instance): (&str, &Instance),
    portal: &str,
    offers: &[Offer],
    at_google: Option<String>,
) -> Result<String> {
    let stays = match &at_google {
        Some(_) => "Ctrl-C stops everything, and what the simulated Google keeps is gone",
        None => "Ctrl-C stops everything; the data stays",
    };
    let curl = Curl(instance.address());
    let connect: Vec<_> = offers
        .iter()
        .map(|offer| curl.create_from_file(&Path::new(folder).join(&offer.file)) + "\n")
        .collect();
    let adapters: Vec<String> = offers
        .iter()
        .map(|offer| {
            let example = format!("{}_adapter", offer.marketplace);
            format!("  cargo run -p fluxori-credentials --example {example}\n")
        })
        .collect();
    Ok(format!(
        "{sign_in}
Keys to connect with, and buttons that break what was connected, are on the sellers' side of the simulated marketplaces:

  {portal}

Keys, data and the files named below are in {folder}/. {stays}. The lines are for a shell in the root of the repository.

Call the API: a token good for seven days, and an account of each marketplace. Of each there are files with keys that are refused
and told to wait, too.

  export TOKEN={token}
{connect}{list}

Do what an adapter does, with what is connected:

  . {folder}/{ADAPTER_SETTINGS}
{adapters}{at_google}
{metrics}
",
        metrics = instance.metrics_text(),
        sign_in = dev::sign_in_text(instance)?,
        at_google = at_google.unwrap_or_default(),
        adapters = adapters.concat(),
        token = instance.token()?,
        connect = connect.concat(),
        list = curl.list(),
    ))
}
