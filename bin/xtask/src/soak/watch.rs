//! The soak itself: everybody works at an even pace, things go wrong, and what each process needs is written down.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Plan, Setting, census,
    census::Look,
    faults,
    load::{self, ADAPTERS, Rates},
    record::Record,
    stage::Stage,
};
use crate::{
    progress::Progress,
    storm::{Dice, Worker},
};

const TICK: Duration = Duration::from_millis(100);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Asking the database is a program of its own each time.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// Of each pair of processes the second one is killed now and then, so that there is one that lives through everything.
const VICTIM: usize = 1;

/// What was seen of one process that was there all the time.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) memory: Record,
    pub(super) files: Record,
    pub(super) threads: Record,
    pub(super) tasks: Record,
}

impl Seen {
    fn note(&mut self, at: Duration, look: Look) {
        self.memory.note(at, look.memory);
        self.files.note(at, look.files);
        self.threads.note(at, look.threads);
        if let Some(tasks) = look.tasks {
            self.tasks.note(at, tasks);
        }
    }
}

/// Everything that was seen.
#[derive(Default)]
pub(super) struct Watched {
    pub(super) server: Seen,
    pub(super) adapters: Seen,
    /// Connections to the database.
    pub(super) connections: Record,
    /// The most transactions that were forgotten at once.
    pub(super) forgotten: i64,
    pub(super) kills: i64,
    pub(super) outages: i64,
    pub(super) expiries: i64,
    /// What sellers counted.
    pub(super) sellers: Value,
    /// What adapters counted, in processes that lived to the end.
    pub(super) tallies: Vec<Value>,
}

/// Lets everybody work for as long as the soak is.
pub(super) fn watch(stage: &mut Stage, setting: &mut Setting<'_>, rates: Rates) -> Result<Watched> {
    let plan = setting.plan;
    let mut sellers = stage.start_sellers(rates, plan.seed)?;
    let mut dice = Dice(plan.seed);
    let mut adapters = Vec::new();
    for _ in 0..ADAPTERS {
        adapters.push(stage.start_adapters(rates, dice.below(1 << 32) as u64)?);
    }
    faults::usual(&stage.site.control, plan.seed)?;
    load::begin(std::slice::from_mut(&mut sellers), setting)?;
    load::begin(&mut adapters, setting)?;

    let mut soak = Soak {
        plan,
        rates,
        began: Instant::now(),
        dice,
        adapters,
        watched: Watched::default(),
        tasks: None,
    };
    soak.run(stage, setting, &mut sellers)?;

    let Soak {
        adapters,
        mut watched,
        ..
    } = soak;
    let mut workers: Vec<Worker> = adapters;
    for worker in workers.iter_mut().chain([&mut sellers]) {
        worker.say("finish")?;
    }
    watched.sellers = sellers.end(setting.storm.interrupts)?;
    for worker in workers {
        watched.tallies.push(worker.end(setting.storm.interrupts)?);
    }
    Ok(watched)
}

struct Soak {
    plan: Plan,
    rates: Rates,
    began: Instant,
    dice: Dice,
    adapters: Vec<Worker>,
    watched: Watched,
    /// What the adapters said last of their tasks.
    tasks: Option<f64>,
}

/// When something is due next.
struct Due {
    every: Duration,
    next: Duration,
}

impl Due {
    const fn every(every: Duration) -> Self {
        Self { every, next: every }
    }

    /// Whether it is, at most once in each interval.
    fn is_now(&mut self, now: Duration) -> bool {
        let is_due = now >= self.next;
        if is_due {
            self.next = now + self.every;
        }
        is_due
    }
}

impl Soak {
    fn run(
        &mut self,
        stage: &mut Stage,
        setting: &mut Setting<'_>,
        sellers: &mut Worker,
    ) -> Result<()> {
        let plan = self.plan;
        let mut progress = Progress::begin(plan.length);
        let mut look = Due::every(LOOK_EVERY);
        let mut ask = Due::every(ASK_EVERY);
        let mut expiry = Due::every(Plan::EXPIRY_EVERY);
        let mut outage = Due::every(plan.outage_every());
        let mut kill = Due::every(plan.kill_every());
        let mut outage_until: Option<Duration> = None;
        let mut is_calm = false;
        while self.began.elapsed() < plan.length {
            ensure!(!setting.storm.interrupts.arrived(), "stopped");
            stage.check_running()?;
            sellers.check_running()?;
            self.adapters
                .iter_mut()
                .try_for_each(Worker::check_running)?;
            let now = self.began.elapsed();
            if look.is_now(now) {
                self.look(stage, now)?;
                progress.show(&|| self.state());
            }
            if ask.is_now(now) {
                self.ask(stage, now)?;
            }
            if outage_until.is_some_and(|until| now >= until) {
                faults::usual(&stage.site.control, plan.seed)?;
                outage_until = None;
            }
            if now >= plan.calm_from() {
                if !is_calm {
                    faults::well(&stage.site.control)?;
                    (is_calm, outage_until) = (true, None);
                }
            } else {
                if expiry.is_now(now) {
                    stage.site.expire()?;
                    self.watched.expiries += 1;
                }
                if outage.is_now(now) {
                    faults::outage(&stage.site.control)?;
                    outage_until = Some(now + Plan::OUTAGE);
                    self.watched.outages += 1;
                }
                if kill.is_now(now) {
                    self.kill(stage)?;
                }
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    fn kill(&mut self, stage: &mut Stage) -> Result<()> {
        // At a random moment, not always the same time after something else.
        thread::sleep(self.dice.time(LOOK_EVERY));
        if self.watched.kills % 2 == 0 {
            stage.restart_server(VICTIM)?;
        } else {
            self.adapters.remove(VICTIM).kill()?;
            let seed = self.dice.below(1 << 32) as u64;
            let mut heir = stage.start_adapters(self.rates, seed)?;
            heir.say("go 0")?;
            self.adapters.insert(VICTIM, heir);
        }
        self.watched.kills += 1;
        Ok(())
    }

    fn look(&mut self, stage: &Stage, now: Duration) -> Result<()> {
        let server = &stage.servers[0];
        let seen = Look::at(server.id())?.context("a server is gone")?;
        let metrics = server.metrics();
        let tasks = metrics.and_then(|text| census::metric(&text, "fluxori_runtime_tasks"));
        self.watched.server.note(now, Look { tasks, ..seen });

        for line in self.adapters[0].hear() {
            let told: Value = serde_json::from_str(&line).unwrap_or_default();
            self.tasks = told["tasks"].as_f64().or(self.tasks);
        }
        // What the other one says is heard too, so that it does not pile up.
        self.adapters[VICTIM].hear();
        let seen = Look::at(self.adapters[0].id())?.context("adapters are gone")?;
        let tasks = self.tasks;
        self.watched.adapters.note(now, Look { tasks, ..seen });
        Ok(())
    }

    fn ask(&mut self, stage: &Stage, now: Duration) -> Result<()> {
        let connections = u32::try_from(stage.connections()?)?;
        self.watched.connections.note(now, connections.into());
        let forgotten = stage.forgotten_transactions()?;
        self.watched.forgotten = self.watched.forgotten.max(forgotten);
        Ok(())
    }

    fn state(&self) -> String {
        let now = |record: &Record| record.latest().unwrap_or_default();
        let Watched {
            server, adapters, ..
        } = &self.watched;
        format!(
            "server {:.1} MiB, {} files, {} tasks; adapters {:.1} MiB, {} files, {} tasks; {} database connections; {} killed",
            now(&server.memory),
            now(&server.files),
            now(&server.tasks),
            now(&adapters.memory),
            now(&adapters.files),
            now(&adapters.tasks),
            now(&self.watched.connections),
            self.watched.kills,
        )
    }
}
