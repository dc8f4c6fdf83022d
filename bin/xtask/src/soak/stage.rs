//! Where a soak plays: a database, marketplaces, two servers, and the processes that call them.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Plan, load::Rates};
use crate::{
    interrupts::Interrupts,
    local::{
        AUDIENCE, Environment, ISSUER, Program, free_port, status_of, text_of, token_for,
        wait_until,
    },
    storm::{self, Site, Worker, make_key},
};

/// The name of the stage in the names of what it leaves.
const NAME: &str = "soak";
/// The organization of those whose credentials adapters read.
const KEEPERS: &str = "storm";
/// In how many organizations those are who come and go.
const ORGANIZATIONS: usize = 8;

/// What is needed to play.
pub(crate) struct Setting<'a> {
    pub(crate) plan: Plan,
    /// What the storm needs; its callers are the adapters here.
    pub(crate) storm: storm::Setting<'a>,
    /// The product's server.
    pub(crate) fluxori: &'a Path,
    /// The program that plays the sellers.
    pub(crate) sellers: &'a Path,
}

/// Everything that runs, sellers and adapters aside.
pub(super) struct Stage {
    pub(super) site: Site,
    pub(super) servers: Vec<Server>,
    fluxori: PathBuf,
    sellers: PathBuf,
    token_secret: String,
}

/// A server, which comes back to the same ports after it was killed.
pub(super) struct Server {
    program: Program,
    environment: Environment,
    address: SocketAddr,
    metrics: SocketAddr,
}

impl Server {
    pub(super) fn id(&self) -> u32 {
        self.program.id()
    }

    /// What it tells of itself; `None` while it does not answer.
    pub(super) fn metrics(&self) -> Option<String> {
        text_of(self.metrics, "/metrics").ok()
    }
}

impl Stage {
    /// Starts everything, with connected sellers.
    pub(super) fn open(setting: &mut Setting<'_>) -> Result<Self> {
        let mut stage = Self {
            site: Site::open(&mut setting.storm, NAME, Plan::KEPT)?,
            servers: Vec::new(),
            fluxori: setting.fluxori.to_owned(),
            sellers: setting.sellers.to_owned(),
            token_secret: make_key()?,
        };
        for _ in 0..2 {
            let server = stage.start_server(setting.storm.interrupts)?;
            stage.servers.push(server);
        }
        Ok(stage)
    }

    fn start_server(&mut self, interrupts: &mut Interrupts) -> Result<Server> {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let (address, metrics) = (local(free_port()?), local(free_port()?));
        let mut environment = self.site.environment().clone();
        for (name, value) in [
            ("LISTEN", address.to_string().as_str()),
            ("METRICS_LISTEN", metrics.to_string().as_str()),
            ("JWT_SECRET", self.token_secret.as_str()),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", AUDIENCE),
            // What sellers may do is not what is measured here.
            ("REQUESTS_PER_MINUTE", "1000000"),
            ("REQUESTS_BURST", "1000000"),
            ("HOUSEKEEPING_SECONDS", "3"),
            ("SERVICE_NAME", "soak-server"),
            ("LOG", "warn"),
            ("LOG_FORMAT", "json"),
        ] {
            environment.set(name, value);
        }
        let mut program = self.run_server(&environment)?;
        wait_until("a server is ready", &mut [&mut program], interrupts, || {
            status_of(address, "/readyz").is_ok_and(|status| status == 200)
        })?;
        Ok(Server {
            program,
            environment,
            address,
            metrics,
        })
    }

    fn run_server(&mut self, environment: &Environment) -> Result<Program> {
        let log = File::create(self.site.next_output("server").with_extension("log"))?;
        let mut command = Command::new(&self.fluxori);
        command
            .arg("serve")
            .env_clear()
            .envs(environment.iter())
            .stdout(log.try_clone()?)
            .stderr(log);
        Program::start("fluxori-server", &mut command)
    }

    /// Kills a server with `kill -9` and starts it anew.
    pub(super) fn restart_server(&mut self, number: usize) -> Result<()> {
        let server = self.servers.remove(number);
        server.program.kill()?;
        let program = self.run_server(&server.environment)?;
        self.servers.insert(number, Server { program, ..server });
        Ok(())
    }

    /// Fails when a server ended by itself.
    pub(super) fn check_running(&mut self) -> Result<()> {
        let mut servers = self.servers.iter_mut();
        servers.try_for_each(|server| server.program.check_running())
    }

    /// Starts one of the processes with adapters in it.
    pub(super) fn start_adapters(&mut self, rates: Rates, seed: u64) -> Result<Worker> {
        let words = [
            rates.reads.to_string(),
            Plan::CALLERS.to_string(),
            Plan::KEPT.to_string(),
            seed.to_string(),
        ];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.site.start(&[&["paced"], &*words].concat())
    }

    /// Starts the process with all sellers in it.
    pub(super) fn start_sellers(&mut self, rates: Rates, seed: u64) -> Result<Worker> {
        let mut command = Command::new(&self.sellers);
        command.env_clear().args([
            rates.requests.to_string(),
            Plan::CALLERS.to_string(),
            seed.to_string(),
        ]);
        let output = self.site.next_output("sellers");
        let mut sellers = Worker::start(command, &output)?;
        let servers = self.servers.iter();
        let servers = servers.map(|server| format!("http://{}", server.address));
        let told = json!({
            "servers": servers.collect::<Vec<_>>(),
            "key": self.site.keys().value("DEMO_TAKEALOT_GOOD")?,
            "people": self.people(),
        });
        sellers.say(&told.to_string())?;
        Ok(sellers)
    }

    fn people(&self) -> Vec<Value> {
        let person = |user: String, organization: &str, is_keeper: bool| {
            let token = token_for(self.token_secret.as_bytes(), &user, organization);
            json!({"token": token, "isKeeper": is_keeper})
        };
        let kept = (0..Plan::KEPT).map(|seller| person(format!("seller-{seller}"), KEEPERS, true));
        let others = (0..Plan::COMING_AND_GOING).map(|seller| {
            let organization = format!("soak-{}", seller % ORGANIZATIONS);
            person(format!("shop-{seller}"), &organization, false)
        });
        kept.chain(others).collect()
    }

    /// A command of the server's program for the operator.
    pub(super) fn operator(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.fluxori);
        command
            .args(words)
            .env_clear()
            .envs(self.site.environment().iter());
        command
    }

    /// Connections to the database that the product has.
    pub(super) fn connections(&self) -> Result<i64> {
        self.site
            .number(
                "select count(*) from pg_stat_activity \
                 where datname = current_database() and application_name = 'fluxori'",
            )
            .context("the connections were not counted")
    }

    /// Transactions in which nothing happens.
    pub(super) fn forgotten_transactions(&self) -> Result<i64> {
        self.site.number(
            "select count(*) from pg_stat_activity \
             where datname = current_database() and state like 'idle in transaction%' \
             and state_change < now() - interval '5 seconds'",
        )
    }

    /// Leases that somebody has, or had when it was killed.
    pub(super) fn leases(&self) -> Result<i64> {
        self.site
            .number("select count(*) from credential_refreshes where owner is not null")
    }
}
