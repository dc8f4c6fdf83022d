//! Many secrets are moved to Google and back while adapters read them, and the command that moves them is killed.

use std::{
    fs::File,
    process::{Child, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Setting, outside::Outside, stage::Stage};
use crate::storm::{Finding, Took, Worker};

const SCENE: &str = "moving";
const READERS: usize = 2;
const TICK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_mins(15);
/// As many times the slowest reads when nothing is moved.
const MOST: f64 = 2.0;

/// One way.
struct Way {
    to: &'static str,
    /// As the rows name it.
    backend: &'static str,
    name: &'static str,
}

const WAYS: [Way; 2] = [
    Way {
        to: "gcp",
        backend: "google_secret_manager",
        name: "to Google",
    },
    Way {
        to: "database",
        backend: "database",
        name: "to the database",
    },
];

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let plan = setting.plan;
    let mut stage = Stage::open(setting, SCENE, plan.moving_writes())?;
    let count = plan.size.credentials.to_string();
    stage.ask_in_database(&["many", &count], setting.interrupts)?;

    let mut told = Vec::new();
    let mut idle = Vec::new();
    let mut findings = Vec::new();
    for way in WAYS {
        // Before each way: reads of the database's secrets, and reads of Google's that this process has not read before.
        let readers = Readers::start(&mut stage, setting)?;
        thread::sleep(plan.idle());
        let calm = readers.finish(setting)?;
        idle.push(Took::of(&calm).percentile(99));

        let readers = Readers::start(&mut stage, setting)?;
        let began = Instant::now();
        let kills = carry_over(&mut stage, setting, &way)?;
        let took = began.elapsed();
        let during = readers.finish(setting)?;
        let left = stage.number(&format!(
            "select count(*) from credentials where backend <> '{}'",
            way.backend
        ))?;
        let name = way.name;
        findings.extend([
            Finding::measure(SCENE, format!("{name}: in all"), took.as_secs_f64(), "s"),
            Finding::count(SCENE, format!("{name}: killed and begun again"), kills)
                .exactly(i64::try_from(plan.kills())?),
            Finding::count(SCENE, format!("{name}: left in the old store"), left).exactly(0),
        ]);
        told.push((name, Took::of(&during)));
        findings.push(errors(
            &format!("{name}: reads that failed"),
            &during,
            "failed",
        ));
        findings.push(errors(
            &format!("{name}: reads of a wrong secret"),
            &during,
            "wrong",
        ));
        findings.push(errors(
            &format!("before moving {name}: reads that failed or were wrong"),
            &calm,
            "failed",
        ));
    }
    findings.extend(latencies(&idle, &told, plan.is_short));

    stage.heal(setting.interrupts)?;
    let right = stage.ask(&["check-many", &count], setting.interrupts)?;
    let right = right["right"].as_i64().context("nothing was checked")?;
    let outside = Outside::look(&stage)?;
    let loose = stage.number("select count(*) from loose_secrets")?;
    findings.extend([
        Finding::count(
            SCENE,
            "secrets that are readable and right at the end",
            right,
        )
        .exactly(i64::try_from(plan.size.credentials)?),
        Finding::count(
            SCENE,
            "secrets and versions left at Google",
            outside.secrets + outside.versions,
        )
        .exactly(0),
        Finding::count(SCENE, "entries left on the ledger", loose).exactly(0),
    ]);
    Ok(findings)
}

/// Moves everything one way. The command is killed while it is at work, and begun again. Says how often it was killed.
fn carry_over(stage: &mut Stage, setting: &mut Setting<'_>, way: &Way) -> Result<i64> {
    let plan = setting.plan;
    let total = i64::try_from(plan.size.credentials)?;
    let parts = i64::try_from(plan.kills() + 1)?;
    let mut kills = 0;
    for part in 1..=parts {
        let mut operator =
            Operator::start(stage, &["secrets", "migrate", "--to", way.to, "--no-wait"])?;
        let began = Instant::now();
        let status = loop {
            ensure!(!setting.interrupts.arrived(), "stopped");
            ensure!(began.elapsed() < PATIENCE, "moving takes too long");
            if let Some(status) = operator.0.try_wait()? {
                break Some(status);
            }
            let moved = stage.number(&format!(
                "select count(*) from credentials where backend = '{}'",
                way.backend
            ))?;
            if part < parts && moved * parts >= total * part {
                break None;
            }
            thread::sleep(TICK);
        };
        match status {
            None => {
                operator.kill()?;
                kills += 1;
            }
            Some(status) => check(status)?,
        }
    }
    Ok(kills)
}

fn check(status: ExitStatus) -> Result<()> {
    ensure!(
        status.success(),
        "`fluxori-server secrets migrate` failed ({status})"
    );
    Ok(())
}

/// A command of an operator, killed when this is dropped.
struct Operator(Child);

impl Operator {
    fn start(stage: &mut Stage, words: &[&str]) -> Result<Self> {
        let (mut command, output) = stage.operator(words);
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(output.with_extension("out"))?)
            .stderr(File::create(output.with_extension("log"))?)
            .spawn();
        Ok(Self(child.context("could not start fluxori-server")?))
    }

    /// `kill -9`.
    fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Adapters, which know nothing when they begin.
struct Readers(Vec<Worker>);

impl Readers {
    fn start(stage: &mut Stage, setting: &mut Setting<'_>) -> Result<Self> {
        let plan = setting.plan;
        let count = plan.size.credentials.to_string();
        let mut readers = Vec::new();
        for number in 0..READERS as u64 {
            let seed = (plan.seed + number).to_string();
            readers.push(stage.start(&["read", &count, &seed])?);
        }
        for reader in &mut readers {
            reader.wait_until_ready(setting.interrupts)?;
            reader.say("go 0")?;
        }
        Ok(Self(readers))
    }

    /// What each of them counted.
    fn finish(self, setting: &mut Setting<'_>) -> Result<Vec<Value>> {
        let mut readers = self.0;
        for reader in &mut readers {
            reader.say("finish")?;
        }
        readers
            .into_iter()
            .map(|reader| reader.end(setting.interrupts))
            .collect()
    }
}

fn errors(what: &str, told: &[Value], kind: &str) -> Finding {
    let counts = told.iter().filter_map(|one| one[kind].as_i64());
    Finding::count(SCENE, what, counts.sum()).exactly(0)
}

/// What is read while secrets are moved lies in either store: it is compared with the slower of the two.
fn latencies(idle: &[u64], told: &[(&str, Took)], is_short: bool) -> Vec<Finding> {
    let names = ["idle, at the database", "idle, at Google"];
    let mut findings: Vec<_> = names
        .iter()
        .zip(idle)
        .map(|(name, micros)| milliseconds(format!("{name}: a read, 99 %"), *micros))
        .collect();
    let reference = idle.iter().copied().max().unwrap_or_default();
    for (name, took) in told {
        let slowest = took.percentile(99);
        findings.push(milliseconds(
            format!("{name}: a read, 99 % of {}", took.calls()),
            slowest,
        ));
        let ratio = Duration::from_micros(slowest).as_secs_f64()
            / Duration::from_micros(reference.max(1)).as_secs_f64();
        let ratio = Finding::measure(SCENE, format!("{name}: of the slower idle"), ratio, "x");
        // A build without optimisation, and few reads, are not to be judged by.
        findings.push(if is_short { ratio } else { ratio.at_most(MOST) });
    }
    findings
}

fn milliseconds(what: String, micros: u64) -> Finding {
    let time = Duration::from_micros(micros).as_secs_f64() * 1_000.0;
    Finding::measure(SCENE, what, time, "ms")
}
