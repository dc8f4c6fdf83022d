//! Everything that sellers, adapters and operators do, while calls to Google fail in every way, the marketplace loses
//! answers and processes are killed.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Setting, crowd::Crowd, outside::Outside, stage::Stage};
use crate::storm::Finding;

const SCENE: &str = "faults";

/// The share of the marketplace's answers to a refresh that are lost.
const LOST: f64 = 0.05;
/// How long it takes for the others.
const ANSWER: Duration = Duration::from_millis(10);
/// Nobody is asked more often how many faults there were.
const COUNT_EVERY: Duration = Duration::from_millis(300);
const LONGEST: Duration = Duration::from_mins(20);

/// Google's own quota is another matter, of which there are tests.
const CALLS_PER_MINUTE: u32 = 1_000_000;

pub(crate) fn play(setting: &mut Setting<'_>) -> Result<Vec<Finding>> {
    let mut stage = Stage::open(setting, SCENE, CALLS_PER_MINUTE)?;
    let seed = setting.plan.seed;
    let share = setting.plan.share();
    for fault in ways() {
        let mut rule = json!({"probability": share, "seed": seed});
        let ways = fault.as_object().context("a fault is an object")?;
        for (name, value) in ways {
            rule[name] = value.clone();
        }
        stage.google.order("POST", "faults", &rule)?;
    }
    stage.marketplaces.trouble(LOST, ANSWER, seed)?;

    let began = Instant::now();
    let mut crowd = Crowd::gather(&mut stage, setting)?;
    let mut counted_at = Instant::now();
    let wanted = setting.plan.size.faults;
    crowd.suffer(&mut stage, setting, LONGEST, |stage, kills| {
        if counted_at.elapsed() < COUNT_EVERY {
            return Ok(false);
        }
        counted_at = Instant::now();
        Ok(injected(stage)? + lost(stage)? + kills >= wanted)
    })?;
    let suffered = began.elapsed();
    stage.google.order("DELETE", "faults", &Value::Null)?;
    stage.marketplaces.end_trouble()?;
    let (told, kills) = crowd.end(setting)?;
    let (injected, lost) = (injected(&stage)?, lost(&stage)?);

    stage.end_leases()?;
    let healed = stage.heal(setting.interrupts)?;
    let outside = Outside::look(&stage)?;
    let loose = stage.number("select count(*) from loose_secrets")?;
    stage.expire()?;
    stage
        .marketplaces
        .order("POST", "expire", &json!({"provider": "xero"}))?;
    let mut judge = stage.start(&["judge"])?;
    judge.say(&told.all().to_string())?;
    let verdict = judge.end(setting.interrupts)?;
    let flagged = stage
        .number("select count(*) from connections where status not in ('pending', 'connected')")?;

    let mut notes = String::new();
    for wrong in &told.wrong {
        writeln!(notes, "{wrong}")?;
    }
    writeln!(notes, "{verdict}\n{healed}\n{outside:?}\n{:?}", told.done)?;
    let notes = stage.keep("notes", &notes)?;
    println!(
        "  what was done, and what was wrong, is in {}",
        notes.display()
    );

    let named = |name: &str| count(verdict[name].as_array().map(Vec::len));
    let number = |told: &Value, name: &str| told[name].as_i64().unwrap_or(-1);
    let left = i64::from(healed["isSwept"] != true);
    Ok(vec![
        seen("calls to Google that failed on the way", injected),
        seen("answers of the marketplace that were lost", lost),
        seen("processes killed", kills),
        Finding::measure(SCENE, "in this time", suffered.as_secs_f64(), "s"),
        found("connections at the end", number(&verdict, "connections")),
        zero("secrets lost", named("lost") + told.wrong_of("list")),
        zero(
            "reads of a wrong version",
            told.wrong_of("read") + named("wrong"),
        ),
        zero(
            "callers told that something is wrong",
            told.wrong_of("told"),
        ),
        zero("connections wrongly flagged", flagged),
        found(
            "interrupted changes that housekeeping cleared up",
            number(&healed, "secrets"),
        ),
        zero("entries left on the ledger", loose + left),
        zero("strays that `reconcile` finds", number(&healed, "strays")),
        zero(
            "strays at Google, counted there",
            outside.stray_versions + outside.stray_secrets,
        ),
        zero(
            "rows whose secret is not there",
            outside.missing + number(&healed, "damaged"),
        ),
    ])
}

/// Every way in which a call to Google fails and may be tried again.
fn ways() -> [Value; 8] {
    [
        json!({"fault": "answer-lost"}),
        json!({"fault": "reset"}),
        json!({"fault": "half-body"}),
        json!({"fault": "page", "status": 502}),
        json!({"fault": "page-after", "status": 503}),
        json!({"fault": "refused", "code": "UNAVAILABLE"}),
        json!({"fault": "refused-after", "code": "UNAVAILABLE"}),
        json!({"fault": "refused", "code": "RESOURCE_EXHAUSTED"}),
    ]
}

fn injected(stage: &Stage) -> Result<u64> {
    let told = stage.google.order("GET", "faults", &Value::Null)?;
    told["injected"].as_u64().context("no count of faults")
}

fn lost(stage: &Stage) -> Result<u64> {
    let told = stage.marketplaces.order("GET", "counts", &Value::Null)?;
    told["xero"]["lost"].as_u64().context("no count of answers")
}

fn found(what: &str, count: i64) -> Finding {
    Finding::count(SCENE, what, count)
}

fn seen(what: &str, count: u64) -> Finding {
    found(what, i64::try_from(count).unwrap_or(i64::MAX))
}

fn zero(what: &str, count: i64) -> Finding {
    found(what, count).exactly(0)
}

/// What was not said is not nothing.
fn count(length: Option<usize>) -> i64 {
    length.map_or(-1, |length| i64::try_from(length).unwrap_or(i64::MAX))
}
