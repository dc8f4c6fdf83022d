//! `cargo xtask demo`: the whole product without any account.

mod google;

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use anyhow::{Context, Result};

use super::dev;
use crate::{
    interrupts::Interrupts,
    local::{
        Curl, Environment, Instance, Offer, Program, start_marketplaces, supervise, write_offers,
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
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the secrets in a simulated Google Secret Manager instead of the database
    #[arg(long)]
    google: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
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
    let page = Page::at(keys.value("DEMO_PAGE")?)?;
    instance.add(&page.settings(&instance));
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
        welcome((folder, &instance), &page, &offers, at_google)?
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
        .split(|name| name.starts_with("JWT_") || name == "LISTEN");
    environment.set("SERVICE_NAME", "demo-adapter");
    environment.set("ADAPTER_USER", "dev-user");
    environment.set("ADAPTER_ORGANIZATION", "dev-org");
    environment
}

/// The page from which a person connects accounts in a browser, served by the simulated marketplaces.
struct Page<'a> {
    address: &'a str,
    /// Of that server, without a slash at its end.
    origin: &'a str,
}

impl<'a> Page<'a> {
    fn at(address: &'a str) -> Result<Self> {
        let origin = address.strip_suffix("/demo");
        Ok(Self {
            address,
            origin: origin.context("DEMO_PAGE is the address of a page called demo")?,
        })
    }

    /// What lets the page call the server, and browsers come back to it.
    fn settings(&self, instance: &Instance) -> Environment {
        let mut settings = Environment::default();
        settings.set("PUBLIC_URL", format!("http://{}", instance.address()));
        settings.set("RETURN_ADDRESSES", self.address);
        settings.set("CORS_ALLOWED_ORIGINS", self.origin);
        settings
    }

    /// Tells the page where the server is and who the developer is.
    fn link(&self, instance: &Instance) -> Result<String> {
        let token = instance.token()?;
        Ok(format!(
            "{}#api=http://{}&token={token}",
            self.address,
            instance.address()
        ))
    }

    /// The line with which every access token of a marketplace runs out.
    fn expire(&self, marketplace: &str) -> String {
        format!(
            "  curl -sS {}/control/expire --json '{{\"provider\":\"{marketplace}\"}}'\n",
            self.origin
        )
    }
}

fn welcome(
    (folder, instance): (&str, &Instance),
    page: &Page<'_>,
    offers: &[Offer],
    at_google: Option<String>,
) -> Result<String> {
    let stays = match &at_google {
        Some(_) => "Ctrl-C stops everything, and what the simulated Google keeps is gone",
        None => "Ctrl-C stops everything; the data stays",
    };
    let curl = Curl(instance.address());
    let expire: Vec<_> = ["amazon", "shopify", "xero"]
        .map(|marketplace| page.expire(marketplace))
        .into();
    let connect: Vec<String> = offers
        .iter()
        .map(|offer| {
            let lines = offer.requests.iter().map(|(key, file)| {
                let line = curl.create_from_file(&Path::new(folder).join(file));
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
below are in {folder}/. {stays}. The lines are for a shell in the root of the repository.

Connect Amazon, Shopify and Xero in a browser: open this page, press a button, and agree at the simulated marketplace.

  {link}

A token of dev-user in dev-org, good for seven days:

  export TOKEN={token}

Connect an account with a key. Of each marketplace one key works, one is refused and one is told to wait:

{connect}
List what is connected, and test one of them with its `id`:

{list}
  export ID=...
{test}

Do what an adapter does, with what is connected:

  . {folder}/{ADAPTER_SETTINGS}
{adapters}
Let every access token of a marketplace run out, and do it again: what was connected in the browser gets fresh ones.

{expire}
{at_google}Disconnect an account, at the marketplace too:

{delete}

",
        at_google = at_google.unwrap_or_default(),
        adapters = adapters.concat(),
        delete = curl.one("DELETE", ""),
        expire = expire.concat(),
        link = page.link(instance)?,
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
    fn the_page_knows_its_server() {
        let page = Page::at("http://127.0.0.1:9100/demo").unwrap();
        assert_eq!(
            page.expire("xero"),
            "  curl -sS http://127.0.0.1:9100/control/expire --json '{\"provider\":\"xero\"}'\n"
        );
        assert!(Page::at("http://127.0.0.1:9100/").is_err());
    }
}
