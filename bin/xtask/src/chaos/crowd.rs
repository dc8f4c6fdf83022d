//! The processes of one scene, what they believe, and their sudden ends.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Plan, Setting, stage::Stage};
use crate::storm::{Dice, Worker};

const TICK: Duration = Duration::from_millis(20);
/// A process takes over from a dead one when the database has noticed that.
const MOURNING: Duration = Duration::from_millis(150);

/// Always as many processes, each with sellers of its own.
pub(crate) struct Crowd {
    members: Vec<Option<Worker>>,
    dice: Dice,
    pub(crate) told: Told,
    pub(crate) kills: u64,
}

/// What processes told.
#[derive(Default)]
pub(crate) struct Told {
    /// What is believed of each seller, by the one who was told last.
    pub(crate) beliefs: BTreeMap<u64, Value>,
    /// What may not be.
    pub(crate) wrong: Vec<Value>,
    /// How often each thing was done, as far as those tell who lived to the end.
    pub(crate) done: BTreeMap<String, u64>,
}

impl Told {
    fn take(&mut self, lines: &[String]) -> Result<()> {
        for line in lines {
            // The last line of a process that was killed may be cut off: what it was to tell has not begun.
            let Ok(told) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if told["wrong"].is_string() {
                self.wrong.push(told);
            } else if let Some(done) = told["done"].as_object() {
                for (what, count) in done {
                    let count = count.as_u64().context("a count is a number")?;
                    *self.done.entry(what.clone()).or_default() += count;
                }
            } else if let Some(seller) = told["belief"]["seller"].as_u64() {
                self.beliefs.insert(seller, told["belief"].clone());
            }
        }
        Ok(())
    }

    /// How much of a kind may not be.
    pub(crate) fn wrong_of(&self, kind: &str) -> i64 {
        let of_kind = self.wrong.iter().filter(|told| told["wrong"] == kind);
        i64::try_from(of_kind.count()).unwrap_or(i64::MAX)
    }

    /// What is believed of all sellers.
    pub(crate) fn all(&self) -> Value {
        self.beliefs.values().cloned().collect()
    }
}

impl Crowd {
    pub(crate) fn gather(stage: &mut Stage, setting: &mut Setting<'_>) -> Result<Self> {
        let plan = setting.plan;
        let mut crowd = Self {
            members: Vec::new(),
            dice: Dice(plan.seed),
            told: Told::default(),
            kills: 0,
        };
        for seller in 0..plan.sellers() as u64 {
            let belief = json!({
                "seller": seller, "exists": "no", "grants": [], "generation": 0, "token": 0,
            });
            crowd.told.beliefs.insert(seller, belief);
        }
        for number in 0..plan.size.processes {
            let worker = crowd.member(number, stage, plan)?;
            crowd.members.push(Some(worker));
        }
        for worker in crowd.members.iter().flatten() {
            worker.wait_until_ready(setting.interrupts)?;
        }
        Ok(crowd)
    }

    /// The process of this number, which begins as soon as it can with what is believed of its sellers.
    fn member(&mut self, number: usize, stage: &mut Stage, plan: Plan) -> Result<Worker> {
        let seed = self.dice.below(1 << 32).to_string();
        let mut worker = stage.start(&["faults", &plan.callers().to_string(), &seed])?;
        let mine: Value = self
            .told
            .beliefs
            .iter()
            .filter(|(seller, _)| **seller % plan.size.processes as u64 == number as u64)
            .map(|(_, belief)| belief.clone())
            .collect();
        worker.say(&mine.to_string())?;
        worker.say("go 0")?;
        Ok(worker)
    }

    /// Kills a process at a random moment of every interval until `is_enough`; `often` is called all the time.
    pub(crate) fn suffer(
        &mut self,
        stage: &mut Stage,
        setting: &mut Setting<'_>,
        longest: Duration,
        mut is_enough: impl FnMut(&Stage, u64) -> Result<bool>,
    ) -> Result<()> {
        let plan = setting.plan;
        let began = Instant::now();
        let mut kill_at = self.dice.time(plan.kill_every());
        let mut expire_at = plan.expiry_every();
        while !is_enough(stage, self.kills)? {
            ensure!(!setting.interrupts.arrived(), "stopped");
            ensure!(
                began.elapsed() < longest,
                "there are not enough faults after {} s",
                longest.as_secs()
            );
            self.listen()?;
            if began.elapsed() >= kill_at {
                let victim = self.dice.below(self.members.len());
                self.kill(victim)?;
                thread::sleep(MOURNING);
                let heir = self.member(victim, stage, plan)?;
                self.members[victim] = Some(heir);
                kill_at = began.elapsed() + self.dice.time(plan.kill_every() * 2);
            }
            if began.elapsed() >= expire_at {
                stage.expire()?;
                expire_at = began.elapsed() + plan.expiry_every();
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    fn listen(&mut self) -> Result<()> {
        for worker in self.members.iter_mut().flatten() {
            let lines = worker.hear();
            self.told.take(&lines)?;
            worker.check_running()?;
        }
        Ok(())
    }

    fn kill(&mut self, number: usize) -> Result<()> {
        let Some(worker) = self.members[number].take() else {
            return Ok(());
        };
        let lines = worker.kill_and_hear()?;
        self.kills += 1;
        self.told.take(&lines)
    }

    /// Every other process is killed, and the others come to the end of what they do.
    pub(crate) fn end(mut self, setting: &mut Setting<'_>) -> Result<(Told, u64)> {
        for number in (1..self.members.len()).step_by(2) {
            self.kill(number)?;
        }
        for worker in self.members.iter_mut().flatten() {
            worker.say("finish")?;
        }
        for worker in self.members.into_iter().flatten() {
            let (_, lines) = worker.end_and_hear(setting.interrupts)?;
            self.told.take(&lines)?;
        }
        Ok((self.told, self.kills))
    }
}
