//! The marketplace loses answers after it has replaced the tokens, and a process is killed every second.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{
    Finding, Plan, Size,
    dice::Dice,
    proof,
    site::{Setting, Site},
    worker::Worker,
};

const SCENE: &str = "trouble";

/// The share of the answers that are lost.
const LOST: f64 = 0.05;
/// How long the marketplace takes for the others: time enough to be killed meanwhile.
const ANSWER: Duration = Duration::from_millis(50);
const KILL_EVERY: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(20);
/// Longer than the lease of a dead process, and the pauses after failures.
const RECOVERY: Duration = Duration::from_mins(3);

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let Plan { size, seed, .. } = setting.plan;
    let mut site = Site::open(setting, SCENE, size.credentials)?;
    site.control.trouble(LOST, ANSWER, seed)?;
    let mut crowd = Crowd::gather(&mut site, setting)?;
    let kills = crowd.suffer(&mut site, setting)?;
    if setting.plan.is_short {
        // Nobody waits a minute for leases to end: all processes die at once, and their leases with them.
        crowd.all_die()?;
        site.end_leases()?;
        crowd = Crowd::gather(&mut site, setting)?;
    }
    site.control.end_trouble()?;
    let began = Instant::now();
    while site.expired()? > 0 {
        crowd.check(setting)?;
        ensure!(
            began.elapsed() < RECOVERY,
            "{} credentials did not recover",
            site.expired()?
        );
        thread::sleep(TICK * 10);
    }
    let recovery = began.elapsed();
    let tallies = crowd.finish(setting)?;

    let sums = site.sums()?;
    let mut findings = vec![
        Finding::count(SCENE, "processes killed", kills),
        Finding::count(SCENE, "grants spent", sums.spent),
        Finding::count(SCENE, "new tokens stored", sums.stored),
        Finding::count(SCENE, "extra grants", sums.extra()),
        Finding::count(
            SCENE,
            "of these, answers that the marketplace lost",
            sums.lost,
        ),
        Finding::count(
            SCENE,
            "of these, answers that died with a process",
            sums.died,
        ),
        Finding::count(SCENE, "leases that killed processes left behind", sums.left),
        Finding::count(
            SCENE,
            "credentials with an extra grant that no lost answer explains",
            sums.unexplained,
        )
        .exactly(0),
        Finding::count(
            SCENE,
            "refreshes that the marketplace refused",
            sums.refused,
        )
        .exactly(0),
        Finding::measure(
            SCENE,
            if setting.plan.is_short {
                "until every credential is fresh, after a power cut and a minute"
            } else {
                "until every credential is fresh, after the last kill (a lease is 60 s)"
            },
            recovery.as_secs_f64(),
            "s",
        ),
    ];
    let credentials = size.credentials;
    let proof = proof::findings(&mut site, SCENE, credentials, &tallies, setting.interrupts)?;
    findings.extend(proof);
    Ok(findings)
}

/// The processes, always as many.
struct Crowd {
    workers: Vec<Worker>,
    dice: Dice,
}

impl Crowd {
    fn gather(site: &mut Site, setting: &mut Setting<'_>) -> Result<Self> {
        let mut crowd = Self {
            workers: Vec::new(),
            dice: Dice(setting.plan.seed),
        };
        for _ in 0..setting.plan.size.processes {
            crowd.join(site, setting)?;
        }
        for worker in &crowd.workers {
            worker.wait_until_ready(setting.interrupts)?;
        }
        Ok(crowd)
    }

    /// One more, which begins as soon as it can.
    fn join(&mut self, site: &mut Site, setting: &Setting<'_>) -> Result<()> {
        let Size {
            callers,
            credentials,
            ..
        } = setting.plan.size;
        let seed = self.dice.below(1 << 32).to_string();
        let (callers, credentials) = (callers.to_string(), credentials.to_string());
        let mut worker = site.start(&["on", &callers, &credentials, &seed])?;
        worker.say("go 0")?;
        self.workers.push(worker);
        Ok(())
    }

    /// For as long as trouble lasts: a kill at a random moment of every second, and tokens that run out all the time.
    /// Says how many were killed.
    fn suffer(&mut self, site: &mut Site, setting: &mut Setting<'_>) -> Result<i64> {
        let began = Instant::now();
        let mut kills = 0;
        let mut kill_at = self.dice.time(KILL_EVERY);
        let mut expire_at = setting.plan.expiry_every();
        while began.elapsed() < setting.plan.size.trouble {
            self.check(setting)?;
            if began.elapsed() >= kill_at {
                let victim = self.dice.below(self.workers.len());
                self.workers.swap_remove(victim).kill()?;
                self.join(site, setting)?;
                kills += 1;
                kill_at = KILL_EVERY * u32::try_from(kills)? + self.dice.time(KILL_EVERY);
            }
            if began.elapsed() >= expire_at {
                site.expire()?;
                expire_at += setting.plan.expiry_every();
            }
            thread::sleep(TICK);
        }
        Ok(kills)
    }

    fn check(&mut self, setting: &mut Setting<'_>) -> Result<()> {
        ensure!(!setting.interrupts.arrived(), "stopped");
        self.workers.iter_mut().try_for_each(Worker::check_running)
    }

    fn all_die(self) -> Result<()> {
        self.workers.into_iter().try_for_each(Worker::kill)
    }

    /// What those counted that lived to the end.
    fn finish(self, setting: &mut Setting<'_>) -> Result<Vec<Value>> {
        let mut workers = self.workers;
        for worker in &mut workers {
            worker.say("finish")?;
        }
        workers
            .into_iter()
            .map(|worker| worker.end(setting.interrupts))
            .collect()
    }
}
