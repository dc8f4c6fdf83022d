//! Ten times the load that the server can take: what becomes of those who are let in, of the others, and of the server.

use std::{
    fs,
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    load::{self, Caller},
    subject::Subject,
};

/// Connections that the load comes on.
const CALLERS: u32 = 64;
/// What is sent, by what can be answered.
const OVERLOAD: f64 = 10.0;
/// The same, when there is little to do.
const UNLOADED: f64 = 0.1;

/// What came of one load.
struct Outcome {
    /// Requests a second that were sent.
    sent: f64,
    /// How long those took that were answered, sorted.
    answered: Vec<Duration>,
    /// How long those took that were refused, sorted.
    refused: Vec<Duration>,
    /// Answers that are neither.
    other: usize,
}

/// The rows, as JSON.
pub(crate) fn rows(subject: &Subject, quick: bool) -> Vec<Value> {
    let length = Duration::from_secs(if quick { 1 } else { 8 });
    let body = load::body(subject.address(), subject.request());
    let capacity = load::rate(subject.address(), subject.request(), length);
    let unloaded = drive(subject, capacity * UNLOADED, length);
    let memory_before = resident_mib();
    let overloaded = drive(subject, capacity * OVERLOAD, length);
    let memory_after = resident_mib();
    let afterwards = drive(subject, capacity * UNLOADED, length);
    assert_eq!(
        body,
        load::body(subject.address(), subject.request()),
        "the same answer as before"
    );
    assert_eq!(
        afterwards.refused.len() + afterwards.other,
        0,
        "all is well again"
    );

    let calm = milliseconds(&unloaded.answered);
    let reference = "99 % of the requests at a tenth of what it can take";
    vec![
        row(
            "overload: requests sent, by what can be answered",
            "times",
            overloaded.sent / capacity,
            None,
            None,
        ),
        row(
            "overload: answers",
            "requests/s",
            per_second(&overloaded.answered, length),
            Some((capacity, "what it can take")),
            None,
        ),
        row(
            "overload: 99 % of the answers",
            "ms",
            milliseconds(&overloaded.answered),
            Some((calm, reference)),
            Some("<= 3"),
        ),
        row(
            "overload: 99 % of the refusals",
            "ms",
            milliseconds(&overloaded.refused),
            Some((calm, reference)),
            None,
        ),
        row(
            "overload: neither an answer nor a refusal",
            "requests",
            count(overloaded.other),
            None,
            Some("= 0"),
        ),
        row(
            "overload: memory afterwards",
            "MiB",
            memory_after,
            Some((memory_before, "before")),
            Some("<= 1.5"),
        ),
        row(
            "a tenth of the load afterwards: 99 % of the answers",
            "ms",
            milliseconds(&afterwards.answered),
            Some((calm, "before")),
            None,
        ),
    ]
}

/// Sends so many requests a second for so long, each caller on its own connection and at its own moments.
fn drive(subject: &Subject, rate: f64, length: Duration) -> Outcome {
    let pause = Duration::from_secs_f64(f64::from(CALLERS) / rate);
    let began = Instant::now();
    let results: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                let first = began + pause * number / CALLERS;
                scope.spawn(move || call(subject, first, pause, began + length))
            })
            .collect();
        let joined = callers.into_iter().map(ScopedJoinHandle::join);
        joined
            .map(|result| result.expect("a caller does not panic"))
            .collect()
    });
    let mut outcome = Outcome {
        sent: 0.0,
        answered: Vec::new(),
        refused: Vec::new(),
        other: 0,
    };
    for (status, took) in results.into_iter().flatten() {
        match status {
            200 => outcome.answered.push(took),
            429 | 503 => outcome.refused.push(took),
            _ => outcome.other += 1,
        }
    }
    outcome.answered.sort();
    outcome.refused.sort();
    let all = outcome.answered.len() + outcome.refused.len() + outcome.other;
    outcome.sent = count(all) / began.elapsed().as_secs_f64();
    outcome
}

/// What one caller was told, and how long it took. A caller who is late sends at once until they have caught up.
fn call(subject: &Subject, first: Instant, pause: Duration, end: Instant) -> Vec<(u16, Duration)> {
    let mut caller = Caller::connect(subject.address());
    let mut told = Vec::new();
    let mut moment = first;
    while moment < end && Instant::now() < end {
        thread::sleep(moment.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        let (status, _) = caller.exchange(subject.request());
        told.push((status, sent.elapsed()));
        moment += pause;
    }
    told
}

fn row(
    name: &str,
    unit: &str,
    value: f64,
    reference: Option<(f64, &str)>,
    bar: Option<&str>,
) -> Value {
    let round = |value: f64| (value * 100.0).round() / 100.0;
    json!({
        "row": name,
        "unit": unit,
        "value": round(value),
        "reference": reference.map(|(reference, _)| round(reference)),
        "reference_name": reference.map(|(_, name)| name),
        "ratio": reference.map(|(reference, _)| round(value / reference)),
        "bar": bar,
    })
}

/// The 99th percentile; nothing when there were none.
fn milliseconds(sorted: &[Duration]) -> f64 {
    let place = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
    sorted
        .get(place)
        .map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
}

fn per_second(answers: &[Duration], length: Duration) -> f64 {
    count(answers.len()) / length.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "far below 2⁵² requests")]
fn count(number: usize) -> f64 {
    number as f64
}

/// What this process, which is the server and its callers, has of the memory.
fn resident_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    kib.and_then(|kib| kib.trim().parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1_024.0)
}
