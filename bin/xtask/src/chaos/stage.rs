//! Where a scene plays: a database, marketplaces and a Google of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use fluxori_test_support::database::PostgresServer;
use serde_json::Value;

use super::Plan;
use crate::{
    interrupts::Interrupts,
    local::{Environment, Program, start_google, start_marketplaces},
    process,
    storm::{Control, Worker, make_key},
};

/// Longer than it takes to clear up after some thousand interrupted changes.
const HEALING: Duration = Duration::from_mins(20);

/// What all scenes share.
pub(crate) struct Setting<'a> {
    pub(crate) plan: Plan,
    pub(crate) server: &'a PostgresServer,
    /// The program that plays sellers and adapters.
    pub(crate) worker: &'a Path,
    /// The product's server, for its commands.
    pub(crate) fluxori: &'a Path,
    /// The simulated marketplaces.
    pub(crate) marketplaces: &'a Path,
    /// The simulated Google.
    pub(crate) google: &'a Path,
    /// Where everything that processes print and log is kept.
    pub(crate) output: &'a Path,
    pub(crate) interrupts: &'a mut Interrupts,
}

/// The stage of one scene.
pub(crate) struct Stage {
    name: &'static str,
    worker: PathBuf,
    fluxori: PathBuf,
    output: PathBuf,
    psql: PathBuf,
    environment: Environment,
    started: usize,
    pub(crate) marketplaces: Control,
    pub(crate) google: Control,
    /// Both are stopped with the scene.
    _programs: [Program; 2],
    /// Where the key for Google lies.
    _keys: tempfile::TempDir,
}

impl Stage {
    /// Sets everything up, with an empty database.
    pub(crate) fn open(
        setting: &mut Setting<'_>,
        name: &'static str,
        calls_per_minute: u32,
    ) -> Result<Self> {
        let keys = tempfile::tempdir()?;
        let (marketplaces, told) = start_marketplaces(setting.marketplaces)?;
        let (google, simulated) = start_google(setting.google, &keys.path().join("google.json"))?;
        // The keys that people try out are nobody's here.
        let (_, mut environment) = told.split(|name| name.starts_with("DEMO_"));
        for (name, value) in simulated.environment.iter() {
            environment.set(name, value);
        }
        environment.set("GOOGLE_CONTROL", &simulated.control);
        environment.set(
            "SECRET_MANAGER_WRITES_PER_MINUTE",
            calls_per_minute.to_string(),
        );
        environment.set(
            "SECRET_MANAGER_READS_PER_MINUTE",
            calls_per_minute.to_string(),
        );
        environment.set("ENCRYPTION_KEY", make_key()?);
        environment.set("SERVICE_NAME", "chaos");
        environment.set("DATABASE_CONNECTIONS", "4");
        environment.set("DATABASE_URL", setting.server.url("postgres"));
        let mut stage = Self {
            name,
            worker: setting.worker.to_owned(),
            fluxori: setting.fluxori.to_owned(),
            output: setting.output.to_owned(),
            psql: setting.server.bin_dir().join("psql"),
            marketplaces: Control::of_url(environment.value("XERO_API_URL")?)?,
            google: Control::of_url(&simulated.control)?,
            environment,
            started: 0,
            _programs: [marketplaces, google],
            _keys: keys,
        };
        let database = format!("chaos_{name}");
        stage.sql(&format!("create database {database}"))?;
        let url = setting.server.url(&database);
        stage.environment.set("DATABASE_URL", url);
        stage.ask(&["migrate"], setting.interrupts)?;
        Ok(stage)
    }

    /// Starts a process with these words.
    pub(crate) fn start(&mut self, words: &[&str]) -> Result<Worker> {
        let environment = self.environment.clone();
        self.start_in(&environment, words)
    }

    fn start_in(&mut self, environment: &Environment, words: &[&str]) -> Result<Worker> {
        let mut command = Command::new(&self.worker);
        command.args(words).env_clear().envs(environment.iter());
        Worker::start(command, &self.next_output(words[0]))
    }

    /// Has a process do something, and returns what it counted.
    pub(crate) fn ask(&mut self, words: &[&str], interrupts: &mut Interrupts) -> Result<Value> {
        self.start(words)?.end(interrupts)
    }

    /// Has a process finish what dead ones left. Google lets it look through ten places a second.
    pub(crate) fn heal(&mut self, interrupts: &mut Interrupts) -> Result<Value> {
        let healer = self.start(&["heal"])?.with_patience(HEALING);
        healer.end(interrupts)
    }

    /// The same as [`Self::ask`] for a process whose new secrets go to the database.
    pub(crate) fn ask_in_database(
        &mut self,
        words: &[&str],
        interrupts: &mut Interrupts,
    ) -> Result<Value> {
        let mut environment = self.environment.clone();
        environment.set("USE_SECRET_MANAGER", "false");
        self.start_in(&environment, words)?.end(interrupts)
    }

    /// `fluxori-server` with these words, and where to keep what it prints.
    pub(crate) fn operator(&mut self, words: &[&str]) -> (Command, PathBuf) {
        let mut command = Command::new(&self.fluxori);
        command
            .args(words)
            .env_clear()
            .envs(self.environment.iter());
        (command, self.next_output(words[0]))
    }

    fn next_output(&mut self, word: &str) -> PathBuf {
        self.started += 1;
        let name = format!("{}-{:03}-{word}", self.name, self.started);
        self.output.join(name)
    }

    /// Keeps text beside what the processes print, and says where.
    pub(crate) fn keep(&self, what: &str, text: &str) -> Result<PathBuf> {
        let path = self.output.join(format!("{}-{what}.txt", self.name));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Lets every access token run out, as the vault sees it.
    pub(crate) fn expire(&self) -> Result<()> {
        self.sql("update credentials set access_expires_at = now() - interval '1 minute'")
            .map(|_| ())
    }

    /// Ends all leases, as a minute would. True to life only while no process runs.
    pub(crate) fn end_leases(&self) -> Result<()> {
        self.sql("update credential_refreshes set leased_until = now() where owner is not null")
            .map(|_| ())
    }

    /// How many rows there are.
    pub(crate) fn number(&self, query: &str) -> Result<i64> {
        let answer = self.sql(query)?;
        answer.trim().parse().context("PostgreSQL told no number")
    }

    pub(crate) fn sql(&self, statement: &str) -> Result<String> {
        process::capture(
            Command::new(&self.psql)
                .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"])
                .args([statement, self.environment.value("DATABASE_URL")?]),
        )
    }
}
