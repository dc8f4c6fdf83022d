//! The primary is killed while sellers and adapters are at work, and its standby takes its place.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use fluxori_test_support::database::PostgresPair;

use super::{
    Plan,
    stage::{Setting, Stage, TICK},
};
use crate::{canary, storm::Finding, terminal};

const SCENE: &str = "failover";

/// How long everybody may take to find the new primary.
const RECOVERY: Duration = Duration::from_mins(1);
/// The same where its time is judged.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let failovers = setting.plan.size.failovers;
    let mut pair = PostgresPair::start().context("PostgreSQL did not start twice")?;
    let mut stage = Stage::open(setting, &pair, SCENE)?;
    let mut times = Times::default();
    for round in 0..failovers {
        if round > 0 {
            pair.rebuild()
                .context("the dead server did not come back as a standby")?;
        }
        stage.work(setting)?;
        fail_over(&mut pair, &mut stage, setting, &mut times)?;
    }
    stage.work(setting)?;
    let mut findings = vec![Finding::count(
        SCENE,
        "times that the primary was killed",
        failovers.into(),
    )];
    findings.extend(times.findings(setting.plan.is_short));
    findings.extend(stage.judge(setting)?);
    terminal::step("search what the databases hold for secrets", || {
        let folders = [pair.primary(), pair.standby()].map(|server| server.socket_dir().to_owned());
        canary::ensure_none(&folders)
    })?;
    Ok(findings)
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

impl Times {
    fn findings(&self, is_short: bool) -> [Finding; 3] {
        let longest = |what: &str, time: Duration| {
            Finding::measure(SCENE, format!("{what}, at most"), time.as_secs_f64(), "s")
        };
        // A build without optimisation is too slow to be judged by.
        let judged = |finding: Finding| {
            if is_short {
                finding
            } else {
                finding.at_most(RECOVERED_WITHIN.as_secs_f64())
            }
        };
        [
            longest("without a primary", self.without),
            judged(longest(
                "from the new primary to a change acknowledged by every server",
                self.servers,
            )),
            judged(longest(
                "from the new primary to a refresh stored by an adapter",
                self.adapters,
            )),
        ]
    }
}

/// Kills the primary, promotes the standby, and waits until everybody has found it.
fn fail_over(
    pair: &mut PostgresPair,
    stage: &mut Stage,
    setting: &mut Setting<'_>,
    times: &mut Times,
) -> Result<()> {
    stage.site.expire()?;
    let killed = Instant::now();
    pair.kill_primary()?;
    thread::sleep(stage.dice.time(Plan::UNNOTICED));
    pair.promote().context("the standby did not take over")?;
    times.without = times.without.max(killed.elapsed());

    let promoted = Instant::now();
    stage.crowd.acknowledged.forget();
    let before = stage.site.expired()?;
    let (mut by_servers, mut by_adapters) = (None, None);
    while by_servers.is_none() || by_adapters.is_none() {
        stage.check(setting)?;
        ensure!(
            promoted.elapsed() < RECOVERY,
            "not everybody found the new primary: by all servers {by_servers:?}, by adapters {by_adapters:?}"
        );
        by_servers = by_servers.or_else(|| stage.crowd.acknowledged.by_all());
        if by_adapters.is_none() && (before == 0 || stage.site.expired()? < before) {
            by_adapters = Some(promoted.elapsed());
        }
        thread::sleep(TICK);
    }
    times.servers = times.servers.max(by_servers.unwrap_or_default());
    times.adapters = times.adapters.max(by_adapters.unwrap_or_default());
    Ok(())
}
