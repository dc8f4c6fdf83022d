//! Where a scene plays: a database of its own, marketplaces of its own, connections with expired tokens.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use fluxori_test_support::database::Databases;
use ring::rand::{SecureRandom, SystemRandom};

use super::{
    Plan,
    control::Control,
    ledger::{Entry, Sums},
    worker::Worker,
};
use crate::{
    interrupts::Interrupts,
    local::{Environment, Program, start_marketplaces},
    process,
};

/// What all scenes share.
pub(crate) struct Setting<'a> {
    pub(crate) plan: Plan,
    pub(crate) server: &'a dyn Databases,
    /// The program that plays the adapters.
    pub(crate) worker: &'a Path,
    /// The simulated marketplaces.
    pub(crate) marketplaces: &'a Path,
    /// Where everything that processes print and log is kept.
    pub(crate) output: &'a Path,
    pub(crate) interrupts: &'a mut Interrupts,
}

/// The stage of one scene.
pub(crate) struct Site {
    name: &'static str,
    worker: PathBuf,
    output: PathBuf,
    psql: PathBuf,
    environment: Environment,
    keys: Environment,
    /// What the marketplace calls the grant of each seller.
    grants: Vec<u64>,
    started: usize,
    pub(crate) control: Control,
    /// Stopped with the scene.
    _marketplaces: Program,
}

/// What the database says that nobody may find: sellers asked to connect again, and verdicts about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flagged {
    pub(crate) connections: i64,
    pub(crate) verdicts: i64,
}

impl Site {
    /// Sets everything up, with so many connections whose access tokens have run out.
    pub(crate) fn open(
        setting: &mut Setting<'_>,
        name: &'static str,
        credentials: usize,
    ) -> Result<Self> {
        let (marketplaces, told) = start_marketplaces(setting.marketplaces)?;
        // The keys that people try out are nobody's of those who are connected here.
        let (keys, mut environment) = told.split(|name| name.starts_with("DEMO_"));
        let database = format!("storm_{name}");
        let mut site = Self {
            name,
            worker: setting.worker.to_owned(),
            output: setting.output.to_owned(),
            psql: setting.server.bin_dir().join("psql"),
            control: Control::of_url(environment.value("XERO_API_URL")?)?,
            environment: Environment::default(),
            keys,
            grants: Vec::new(),
            started: 0,
            _marketplaces: marketplaces,
        };
        environment.set("DATABASE_URL", setting.server.url("postgres"));
        site.environment = environment.clone();
        site.sql(&format!("create database {database}"))?;
        environment.set("DATABASE_URL", setting.server.url(&database));
        if let Some(direct) = setting.server.direct_url(&database) {
            environment.set("DATABASE_DIRECT_URL", direct);
        }
        environment.set("ENCRYPTION_KEY", make_key()?);
        environment.set("SERVICE_NAME", "storm");
        site.environment = environment;
        site.connect(credentials, setting.interrupts)?;
        Ok(site)
    }

    fn connect(&mut self, credentials: usize, interrupts: &mut Interrupts) -> Result<()> {
        let told = self.control.seed(credentials)?;
        let grants = told["grants"].as_array().context("no list of grants")?;
        let ids = grants.iter().map(|grant| grant["id"].as_u64());
        self.grants = ids
            .collect::<Option<_>>()
            .context("a grant without a number")?;
        let mut seeder = self.start(&["seed"])?;
        seeder.say(&told.to_string())?;
        let connected = seeder.end(interrupts)?;
        ensure!(
            connected["connected"].as_u64() == Some(credentials as u64),
            "not every grant was connected"
        );
        Ok(())
    }

    /// Starts a process with these words.
    pub(crate) fn start(&mut self, words: &[&str]) -> Result<Worker> {
        self.start_with(&[], words)
    }

    /// The same for one that has more settings than the others.
    pub(crate) fn start_with(
        &mut self,
        settings: &[(&str, &str)],
        words: &[&str],
    ) -> Result<Worker> {
        let mut command = Command::new(&self.worker);
        command
            .args(words)
            .env_clear()
            .envs(self.environment.iter())
            .envs(settings.iter().copied());
        Worker::start(command, &self.next_output(words[0]))
    }

    /// What its processes are told about the world.
    pub(crate) const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The keys that people try out.
    pub(crate) const fn keys(&self) -> &Environment {
        &self.keys
    }

    /// Where to keep what the next process prints, without an ending.
    pub(crate) fn next_output(&mut self, word: &str) -> PathBuf {
        self.started += 1;
        let name = format!("{}-{:03}-{word}", self.name, self.started);
        self.output.join(name)
    }

    /// Lets every access token run out, as the vault sees it.
    pub(crate) fn expire(&self) -> Result<()> {
        self.sql(
            "update credentials set access_expires_at = now() - interval '1 minute' \
             where organization_id = 'storm'",
        )
        .map(|_| ())
    }

    /// How many access tokens have run out.
    pub(crate) fn expired(&self) -> Result<i64> {
        self.number(
            "select count(*) from credentials \
             where access_expires_at <= now() and organization_id = 'storm'",
        )
    }

    /// Ends all leases, as a minute would. True to life only while no process runs.
    pub(crate) fn end_leases(&self) -> Result<()> {
        self.sql("update credential_refreshes set leased_until = now() where owner is not null")
            .map(|_| ())
    }

    /// What both sides counted, put together credential by credential.
    pub(crate) fn sums(&self) -> Result<Sums> {
        let rows = self.sql(
            "select substr(c.user_id, length('seller-') + 1), c.generation - 1, coalesce(r.fence, 0) \
             from credentials c left join credential_refreshes r \
             on (r.organization_id, r.user_id, r.credential_id) = (c.organization_id, c.user_id, c.id) \
             where c.organization_id = 'storm'",
        )?;
        let granted = self.control.counts(&self.grants)?;
        let entries: Vec<Entry> = rows
            .lines()
            .map(|row| {
                let numbers: Vec<i64> =
                    row.split('|').map_while(|part| part.parse().ok()).collect();
                let [seller, stored, leases] = numbers[..] else {
                    anyhow::bail!("a row that is none");
                };
                let granted = *granted
                    .get(usize::try_from(seller)?)
                    .context("a seller that nobody knows")?;
                Ok(Entry {
                    granted,
                    stored,
                    leases,
                })
            })
            .collect::<Result<_>>()?;
        ensure!(
            entries.len() == self.grants.len(),
            "there is no credential for some grant"
        );
        Ok(Sums::of(&entries))
    }

    /// Sellers and verdicts that somebody flagged.
    pub(crate) fn flagged(&self) -> Result<Flagged> {
        Ok(Flagged {
            connections: self.number(
                "select count(*) from connections where status not in ('pending', 'connected')",
            )?,
            verdicts: self
                .number("select count(*) from audit_events where kind = 'credential.refused'")?,
        })
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

/// A master key with a marker in it, as every secret of a test has one.
pub(crate) fn make_key() -> Result<String> {
    let mut key = [0; 32];
    let random = SystemRandom::new().fill(&mut key);
    random.ok().context("there is no randomness")?;
    key[..9].copy_from_slice(&STANDARD.decode("fa15ecafe000")?);
    Ok(STANDARD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary;

    #[test]
    fn a_master_key_is_random_and_can_be_searched_for() {
        let (one, other) = (make_key().unwrap(), make_key().unwrap());
        assert_eq!(STANDARD.decode(&one).unwrap().len(), 32);
        assert_ne!(one, other);
        assert!(canary::MARKERS.iter().any(|marker| one.contains(marker)));
    }
}
