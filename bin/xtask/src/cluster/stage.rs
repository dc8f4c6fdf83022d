//! Three servers, adapters and sellers at work, and the comparison of what they were told with what is there.

use std::{
    fs::File,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use fluxori_test_support::database::Databases;

use super::{
    Plan,
    crowd::Crowd,
    seller::{Account, Seller},
    servers::Servers,
};
use crate::{
    interrupts::Interrupts,
    process,
    storm::{self, Dice, Finding, Site, Worker, make_key, proof},
};

/// How long the marketplace takes for each refresh: some are always under way.
const ANSWER: Duration = Duration::from_millis(20);
pub(super) const TICK: Duration = Duration::from_millis(20);

/// What all scenes share.
pub(crate) struct Setting<'a> {
    pub(crate) plan: Plan,
    /// The program that plays the adapters.
    pub(crate) worker: &'a Path,
    /// The product's server.
    pub(crate) fluxori: &'a Path,
    /// The simulated marketplaces.
    pub(crate) marketplaces: &'a Path,
    /// Where everything that processes print and log is kept.
    pub(crate) output: &'a Path,
    pub(crate) interrupts: &'a mut Interrupts,
}

/// Everybody who works.
pub(super) struct Stage {
    scene: &'static str,
    pub(super) site: Site,
    servers: Servers,
    adapters: Vec<Worker>,
    pub(super) crowd: Crowd,
    pub(super) dice: Dice,
}

impl Stage {
    /// Has everybody begin, on a new database of these.
    pub(super) fn open(
        setting: &mut Setting<'_>,
        databases: &dyn Databases,
        scene: &'static str,
    ) -> Result<Self> {
        let plan = setting.plan;
        let mut site = Site::open(
            &mut storm::Setting {
                plan: storm::Plan::usual(plan.is_short),
                server: databases,
                worker: setting.worker,
                marketplaces: setting.marketplaces,
                output: setting.output,
                interrupts: setting.interrupts,
            },
            scene,
            plan.size.credentials,
        )?;
        site.control.trouble(0.0, ANSWER, plan.seed)?;
        let token_secret = make_key()?;
        let servers = Servers::start(
            &mut site,
            setting.fluxori,
            &token_secret,
            setting.interrupts,
        )?;
        let adapters = adapters(&mut site, setting)?;
        let crowd = Crowd::gather(
            plan.size.sellers,
            &servers.addresses,
            &token_secret,
            plan.seed,
        );
        Ok(Self {
            scene,
            site,
            servers,
            adapters,
            crowd,
            dice: Dice(plan.seed),
        })
    }

    /// Nothing goes wrong for a while.
    pub(super) fn work(&mut self, setting: &mut Setting<'_>) -> Result<()> {
        let plan = setting.plan;
        let began = Instant::now();
        let end = plan.calm() + self.dice.time(plan.calm());
        let mut expire_at = Duration::ZERO;
        while began.elapsed() < end {
            self.check(setting)?;
            if began.elapsed() >= expire_at {
                self.site.expire()?;
                expire_at += Plan::EXPIRY_EVERY;
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    /// Fails when somebody has ended.
    pub(super) fn check(&mut self, setting: &mut Setting<'_>) -> Result<()> {
        ensure!(!setting.interrupts.arrived(), "stopped");
        self.servers.check_running()?;
        self.adapters.iter_mut().try_for_each(Worker::check_running)
    }

    /// Has everybody end, and compares what they were told with what is there now.
    pub(super) fn judge(self, setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
        let Self {
            scene,
            mut site,
            servers,
            adapters,
            crowd,
            ..
        } = self;
        let mut sellers = crowd.finish()?;
        let mut account = Account::default();
        for seller in &mut sellers {
            for server in &servers.addresses {
                seller.compare(*server)?;
            }
            account.add(seller.account);
        }
        let mut tallies = Vec::new();
        for mut adapter in adapters {
            adapter.say("finish")?;
            tallies.push(adapter.end(setting.interrupts)?);
        }
        drop(servers);
        // Nobody waits a minute for leases to end: nobody works any more.
        site.end_leases()?;
        let sums = site.sums()?;

        let seen = |what: &str, count| Finding::count(scene, what, count);
        let none = |what: &str, count| Finding::count(scene, what, count).exactly(0);
        let mut findings = vec![
            seen("changes acknowledged", account.acknowledged),
            seen("changes not answered", account.unanswered),
            none(
                "acknowledged changes lost, as each server tells it",
                account.lost,
            ),
            none(
                "connections that nobody made, or made twice",
                account.surplus,
            ),
            none("sellers who were blamed", account.blamed),
            seen("grants spent", sums.spent),
            seen("new tokens stored", sums.stored),
            seen(
                "extra grants, whose answer nobody could store",
                sums.extra(),
            ),
            none(
                "credentials with an extra grant that no open lease explains",
                sums.unexplained,
            ),
            none("refreshes that the marketplace refused", sums.refused),
        ];
        let credentials = setting.plan.size.credentials;
        let proof = proof::findings(&mut site, scene, credentials, &tallies, setting.interrupts)?;
        findings.extend(proof);
        findings.extend([
            none(
                "connections that the audit trail does not tell of",
                untold(&site, &sellers)?,
            ),
            none(
                "chains of the audit trail that do not hold",
                broken_chains(&mut site, setting)?,
            ),
        ]);
        Ok(findings)
    }
}

/// Every other one keeps what it has opened in memory, for as long as the database vouches for it.
fn adapters(site: &mut Site, setting: &mut Setting<'_>) -> Result<Vec<Worker>> {
    let plan = setting.plan;
    let callers = plan.size.callers.to_string();
    let credentials = plan.size.credentials.to_string();
    let mut adapters = Vec::new();
    for number in 0..plan.size.adapters {
        let cache = ["coherent", "off"][number % 2];
        let seed = (plan.seed + number as u64).to_string();
        let words = ["on", &callers, &credentials, &seed];
        adapters.push(site.start_with(&[("CREDENTIAL_CACHE", cache)], &words)?);
    }
    for adapter in &mut adapters {
        adapter.wait_until_ready(setting.interrupts)?;
        adapter.say("go 0")?;
    }
    Ok(adapters)
}

/// Connections that were acknowledged and have no event that says so.
fn untold(site: &Site, sellers: &[Seller]) -> Result<i64> {
    let ids = sellers.iter().flat_map(Seller::connected);
    let ids: Vec<String> = ids.map(|id| format!("('{id}'::uuid)")).collect();
    ensure!(!ids.is_empty(), "nobody connected anything");
    site.number(&format!(
        "select count(*) from (values {}) as made (id) where not exists (select from audit_events \
         where connection_id = made.id and kind = 'connection.created')",
        ids.join(", ")
    ))
}

/// 0, or 1 when `fluxori-server audit verify` finds something.
fn broken_chains(site: &mut Site, setting: &Setting<'_>) -> Result<i64> {
    let report = site.next_output("verify").with_extension("log");
    let mut command = Command::new(setting.fluxori);
    command
        .args(["audit", "verify"])
        .env_clear()
        .envs(site.environment().iter())
        .stderr(File::create(&report)?);
    match process::capture(&mut command) {
        Ok(told) => {
            ensure!(
                told.contains(" 0 finding(s)"),
                "it does not say what it found"
            );
            Ok(0)
        }
        Err(error) => {
            println!("{error:#}");
            Ok(1)
        }
    }
}
