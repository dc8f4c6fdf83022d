//! What a soak left behind, and whether anything grew.

use std::{
    fmt::Write as _,
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Plan, Setting, census,
    load::Peak,
    record::Record,
    stage::Stage,
    watch::{Seen, Watched},
};
use crate::storm::{self, Finding};

const SCENE: &str = "soak";
const POLL: Duration = Duration::from_millis(500);
/// Longer than the lease of a process that was killed, and the round of background work after it.
const LEASES: Duration = Duration::from_secs(100);
/// By how many percent memory may differ.
const DRIFT: f64 = 5.0;
/// By how many the means of what is counted may differ: a connection more or less to a marketplace is no leak.
const SPREAD: f64 = 4.0;

pub(super) fn findings(
    mut stage: Stage,
    setting: &mut Setting<'_>,
    peak: &Peak,
    watched: &Watched,
) -> Result<Vec<Finding>> {
    let plan = setting.plan;
    let mut findings = vec![
        Finding::measure(
            SCENE,
            format!("at half of {peak}"),
            plan.length.as_secs_f64(),
            "s",
        ),
        Finding::count(
            SCENE,
            "requests of sellers",
            number(&watched.sellers, "requests"),
        ),
        Finding::count(
            SCENE,
            "reads of adapters that lived to the end",
            watched
                .tallies
                .iter()
                .map(|tally| number(tally, "reads"))
                .sum(),
        ),
        Finding::count(SCENE, "processes killed", watched.kills),
        Finding::count(SCENE, "times all tokens ran out", watched.expiries),
        Finding::count(
            SCENE,
            "times all marketplaces were out of order",
            watched.outages,
        ),
    ];
    findings.extend(flatness("server", &watched.server, plan)?);
    findings.extend(flatness("adapters", &watched.adapters, plan)?);
    findings.push(grown(
        SCENE,
        "connections to the database",
        &watched.connections,
        plan,
    )?);
    findings.push(zero(
        "transactions in which nothing happened for 5 s",
        watched.forgotten,
    ));

    findings.push(zero("leases left", wait_for_leases(&stage, setting)?));
    let held = |server: &super::stage::Server| {
        let text = server.metrics().context("a server tells no metrics")?;
        census::metric(&text, "fluxori_refresh_leases_held").context("no number of leases")
    };
    let held: f64 = stage.servers.iter().map(held).sum::<Result<_>>()?;
    findings
        .push(Finding::measure(SCENE, "leases that servers think they hold", held, "").exactly(0));
    stage.servers.clear();
    findings.push(zero(
        "connections to the database that nobody has any more",
        stage.connections()?,
    ));

    let audit = stage.operator(&["audit", "verify"]).output()?;
    findings.push(zero(
        "audit trails that do not verify",
        i64::from(!audit.status.success()),
    ));
    let sums = stage.site.sums()?;
    findings.push(zero(
        "credentials with an extra grant that no lost answer explains",
        sums.unexplained,
    ));
    findings.push(zero(
        "sellers who met what may not be",
        wrong(&watched.sellers),
    ));
    let notes = notes(&mut stage, watched, &audit.stdout)?;
    println!("  what was counted is in {notes}");
    let proof = storm::proof::findings(
        &mut stage.site,
        SCENE,
        Plan::KEPT,
        &watched.tallies,
        setting.storm.interrupts,
    )?;
    findings.extend(proof);
    Ok(findings)
}

/// Whether a process that lived through everything needs what it needed in the beginning.
fn flatness(who: &'static str, seen: &Seen, plan: Plan) -> Result<Vec<Finding>> {
    let thirds = seen
        .memory
        .thirds(plan.warm_up(), plan.length)
        .context("too little was seen to judge")?;
    let memory = format!(
        "memory, from {:.1} MiB in the first third to {:.1} MiB in the last",
        thirds.first, thirds.last
    );
    let most = Finding::measure(who, "memory, most", seen.memory.most(), "MiB");
    Ok(vec![
        Finding::measure(who, memory, thirds.drift(), "%").at_most(DRIFT),
        most,
        grown(who, "open files", &seen.files, plan)?,
        grown(who, "threads", &seen.threads, plan)?,
        grown(who, "tasks", &seen.tasks, plan)?,
    ])
}

fn grown(who: &'static str, what: &str, record: &Record, plan: Plan) -> Result<Finding> {
    let thirds = record
        .thirds(plan.warm_up(), plan.length)
        .context("too little was seen to judge")?;
    let what = format!(
        "more {what}, from {:.1} in the first third to {:.1} in the last",
        thirds.first, thirds.last
    );
    Ok(Finding::measure(who, what, thirds.growth(), "").at_most(SPREAD))
}

/// Those of processes that were killed end by themselves, and background work takes them up.
fn wait_for_leases(stage: &Stage, setting: &mut Setting<'_>) -> Result<i64> {
    let began = Instant::now();
    loop {
        let left = stage.leases()?;
        if left == 0 || began.elapsed() > LEASES {
            return Ok(left);
        }
        ensure!(!setting.storm.interrupts.arrived(), "stopped");
        thread::sleep(POLL);
    }
}

fn zero(what: &str, count: i64) -> Finding {
    Finding::count(SCENE, what, count).exactly(0)
}

/// What was not said is not nothing.
fn number(told: &Value, name: &str) -> i64 {
    told[name].as_i64().unwrap_or(-1)
}

fn wrong(sellers: &Value) -> i64 {
    let kinds = sellers["wrong"].as_object();
    kinds.map_or(-1, |kinds| kinds.values().filter_map(Value::as_i64).sum())
}

/// Keeps what everybody counted, and says where.
fn notes(stage: &mut Stage, watched: &Watched, audit: &[u8]) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "{}", watched.sellers)?;
    for tally in &watched.tallies {
        writeln!(text, "{tally}")?;
    }
    text += &String::from_utf8_lossy(audit);
    let path = stage.site.next_output("notes").with_extension("txt");
    fs::write(&path, text)?;
    Ok(path.display().to_string())
}
