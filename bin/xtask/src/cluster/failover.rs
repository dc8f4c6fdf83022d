//! The primary is killed while sellers and adapters are at work, and its standby takes its place.

use std::{
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use fluxori_test_support::database::PostgresPair;

use super::{
    Plan,
    crowd::Crowd,
    seller::{Account, Seller},
    servers::Servers,
};
use crate::{
    canary,
    interrupts::Interrupts,
    process,
    storm::{self, Dice, Finding, Site, Worker, make_key, proof},
    terminal,
};

const SCENE: &str = "failover";

/// How long the marketplace takes for each refresh: some are always under way.
const ANSWER: Duration = Duration::from_millis(20);
const TICK: Duration = Duration::from_millis(20);
/// How long everybody may take to find the new primary.
const RECOVERY: Duration = Duration::from_mins(1);
/// The same where its time is judged.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);

/// What the scene is played with.
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

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let plan = setting.plan;
    let mut pair = PostgresPair::start().context("PostgreSQL did not start twice")?;
    let mut site = Site::open(
        &mut storm::Setting {
            plan: storm::Plan::usual(plan.is_short),
            server: &pair,
            worker: setting.worker,
            marketplaces: setting.marketplaces,
            output: setting.output,
            interrupts: setting.interrupts,
        },
        SCENE,
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
    let mut cluster = Cluster {
        servers,
        adapters,
        crowd,
        dice: Dice(plan.seed),
    };
    let mut times = Times::default();
    for round in 0..plan.size.failovers {
        if round > 0 {
            pair.rebuild()
                .context("the dead server did not come back as a standby")?;
        }
        cluster.work(&site, setting)?;
        cluster.fail_over(&mut pair, &site, setting, &mut times)?;
    }
    cluster.work(&site, setting)?;
    let mut findings = judge(cluster, &mut site, setting, &times)?;
    terminal::step("search what the databases hold for secrets", || {
        let folders = [pair.primary(), pair.standby()].map(|server| server.socket_dir().to_owned());
        canary::ensure_none(&folders)
    })?;
    findings.insert(
        0,
        Finding::count(
            SCENE,
            "times that the primary was killed",
            plan.size.failovers.into(),
        ),
    );
    Ok(findings)
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

/// How long it took, the longest of all failovers.
#[derive(Debug, Default)]
struct Times {
    /// From the end of the primary to its successor.
    without: Duration,
    /// From there to a change acknowledged by every server.
    servers: Duration,
    /// From there to a refresh stored by an adapter.
    adapters: Duration,
}

/// Everybody who works.
struct Cluster {
    servers: Servers,
    adapters: Vec<Worker>,
    crowd: Crowd,
    dice: Dice,
}

impl Cluster {
    /// Nothing goes wrong for a while.
    fn work(&mut self, site: &Site, setting: &mut Setting<'_>) -> Result<()> {
        let plan = setting.plan;
        let began = Instant::now();
        let end = plan.calm() + self.dice.time(plan.calm());
        let mut expire_at = Duration::ZERO;
        while began.elapsed() < end {
            self.check(setting)?;
            if began.elapsed() >= expire_at {
                site.expire()?;
                expire_at += Plan::EXPIRY_EVERY;
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    /// Kills the primary, promotes the standby, and waits until everybody has found it.
    fn fail_over(
        &mut self,
        pair: &mut PostgresPair,
        site: &Site,
        setting: &mut Setting<'_>,
        times: &mut Times,
    ) -> Result<()> {
        site.expire()?;
        let killed = Instant::now();
        pair.kill_primary()?;
        thread::sleep(self.dice.time(Plan::UNNOTICED));
        pair.promote().context("the standby did not take over")?;
        times.without = times.without.max(killed.elapsed());

        let promoted = Instant::now();
        self.crowd.acknowledged.forget();
        let before = site.expired()?;
        let (mut by_servers, mut by_adapters) = (None, None);
        while by_servers.is_none() || by_adapters.is_none() {
            self.check(setting)?;
            ensure!(
                promoted.elapsed() < RECOVERY,
                "not everybody found the new primary: by all servers {by_servers:?}, by adapters {by_adapters:?}"
            );
            by_servers = by_servers.or_else(|| self.crowd.acknowledged.by_all());
            if by_adapters.is_none() && (before == 0 || site.expired()? < before) {
                by_adapters = Some(promoted.elapsed());
            }
            thread::sleep(TICK);
        }
        times.servers = times.servers.max(by_servers.unwrap_or_default());
        times.adapters = times.adapters.max(by_adapters.unwrap_or_default());
        Ok(())
    }

    fn check(&mut self, setting: &mut Setting<'_>) -> Result<()> {
        ensure!(!setting.interrupts.arrived(), "stopped");
        self.servers.check_running()?;
        self.adapters.iter_mut().try_for_each(Worker::check_running)
    }
}

/// Compares what everybody was told with what is there now.
fn judge(
    cluster: Cluster,
    site: &mut Site,
    setting: &mut Setting<'_>,
    times: &Times,
) -> Result<Vec<Finding>> {
    let mut sellers = cluster.crowd.finish()?;
    let mut account = Account::default();
    for seller in &mut sellers {
        for server in &cluster.servers.addresses {
            seller.compare(*server)?;
        }
        account.add(seller.account);
    }
    let mut tallies = Vec::new();
    for mut adapter in cluster.adapters {
        adapter.say("finish")?;
        tallies.push(adapter.end(setting.interrupts)?);
    }
    drop(cluster.servers);
    // Nobody waits a minute for leases to end: nobody works any more.
    site.end_leases()?;
    let sums = site.sums()?;

    let judged = |what: &str, time: Duration| {
        let finding = Finding::measure(SCENE, what, time.as_secs_f64(), "s");
        if setting.plan.is_short {
            finding
        } else {
            finding.at_most(RECOVERED_WITHIN.as_secs_f64())
        }
    };
    let mut findings = vec![
        Finding::measure(
            SCENE,
            "without a primary, at most",
            times.without.as_secs_f64(),
            "s",
        ),
        judged(
            "from the new primary to a change acknowledged by every server, at most",
            times.servers,
        ),
        judged(
            "from the new primary to a refresh stored by an adapter, at most",
            times.adapters,
        ),
        Finding::count(SCENE, "changes acknowledged", account.acknowledged),
        Finding::count(SCENE, "changes not answered", account.unanswered),
        Finding::count(
            SCENE,
            "acknowledged changes lost, as each server tells it",
            account.lost,
        )
        .exactly(0),
        Finding::count(
            SCENE,
            "connections that nobody made, or made twice",
            account.surplus,
        )
        .exactly(0),
        Finding::count(SCENE, "sellers who were blamed", account.blamed).exactly(0),
        Finding::count(SCENE, "grants spent", sums.spent),
        Finding::count(SCENE, "new tokens stored", sums.stored),
        Finding::count(
            SCENE,
            "extra grants, whose answer nobody could store",
            sums.extra(),
        ),
        Finding::count(
            SCENE,
            "credentials with an extra grant that no open lease explains",
            sums.unexplained,
        )
        .exactly(0),
        Finding::count(
            SCENE,
            "refreshes that the marketplace refused",
            sums.refused,
        )
        .exactly(0),
    ];
    let proof = proof::findings(
        site,
        SCENE,
        setting.plan.size.credentials,
        &tallies,
        setting.interrupts,
    )?;
    findings.extend(proof);
    findings.push(
        Finding::count(
            SCENE,
            "connections that the audit trail does not tell of",
            untold(site, &sellers)?,
        )
        .exactly(0),
    );
    findings.push(
        Finding::count(
            SCENE,
            "chains of the audit trail that do not hold",
            broken_chains(site, setting)?,
        )
        .exactly(0),
    );
    Ok(findings)
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
        .stderr(std::fs::File::create(&report)?);
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
