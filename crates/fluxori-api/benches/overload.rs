//! Ten times the load that the server can take: what becomes of those who are let in, of the others, and of the server. Run
//! with `cargo bench -p fluxori-api --bench overload`; one JSON line a row. `--quick` only shows that it works.

#![expect(
    clippy::print_stdout,
    reason = "the result of a benchmark is its output"
)]

#[path = "overload/cores.rs"]
mod cores;
#[path = "list/load.rs"]
mod load;
#[path = "list/subject.rs"]
#[expect(dead_code, reason = "nobody else asks its database")]
mod subject;

use std::{
    fs,
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use load::Caller;
use subject::Subject;

/// Connections that the load comes on.
const CALLERS: u32 = 256;
/// Not counted: until then the server makes up its mind that there is too much to do.
const ONSET: Duration = Duration::from_secs(2);
/// What is sent, by what can be answered.
const OVERLOAD: f64 = 10.0;
/// The same, when there is little to do.
const UNLOADED: f64 = 0.1;

/// What one request came to.
struct Answer {
    status: u16,
    sent: Instant,
    took: Duration,
}

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

fn main() {
    // Test runners start every binary, to list or to run tests. Only `cargo bench` says this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let callers = cores::leave_one();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    let subject = runtime.block_on(Subject::start(100));
    cores::run_on(&callers);
    for row in rows(&subject, quick) {
        println!("{row}");
    }
    runtime.block_on(subject.stop());
}

/// The rows, as JSON.
fn rows(subject: &Subject, quick: bool) -> Vec<Value> {
    let length = Duration::from_secs(if quick { 1 } else { 8 });
    let body = load::body(subject.address(), subject.request());
    let capacity = load::rate(subject.address(), subject.request(), length);
    let unloaded = drive(subject, capacity * UNLOADED, length);
    let overloaded = drive(subject, capacity * OVERLOAD, length);
    let [memory_before, memory_after] = [(); 2].map(|()| {
        drive(subject, capacity * OVERLOAD, length);
        resident_mib()
    });
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

    let calm = milliseconds(&unloaded.answered, 99);
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
            "overload: half of the answers",
            "ms",
            milliseconds(&overloaded.answered, 50),
            Some((
                milliseconds(&unloaded.answered, 50),
                "half of the requests at a tenth of what it can take",
            )),
            None,
        ),
        row(
            "overload: 99 % of the answers",
            "ms",
            milliseconds(&overloaded.answered, 99),
            Some((calm, reference)),
            Some("<= 3"),
        ),
        row(
            "overload: refusals",
            "requests/s",
            per_second(&overloaded.refused, length),
            None,
            None,
        ),
        row(
            "overload: 99 % of the refusals",
            "ms",
            milliseconds(&overloaded.refused, 99),
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
            "overload: memory after the third time",
            "MiB",
            memory_after,
            Some((memory_before, "after the second time")),
            Some("<= 1.1"),
        ),
        row(
            "a tenth of the load afterwards: 99 % of the answers",
            "ms",
            milliseconds(&afterwards.answered, 99),
            Some((calm, "before")),
            None,
        ),
    ]
}

/// Sends so many requests a second, each caller on its own connection and at its own moments, and counts for so long after
/// [`ONSET`].
fn drive(subject: &Subject, rate: f64, length: Duration) -> Outcome {
    let pause = Duration::from_secs_f64(f64::from(CALLERS) / rate);
    let began = Instant::now();
    let counting = began + ONSET;
    let results: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                let first = began + pause * number / CALLERS;
                scope.spawn(move || call(subject, first, pause, counting + length))
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
    for answer in results.into_iter().flatten() {
        match answer.status {
            _ if answer.sent < counting => {}
            200 => outcome.answered.push(answer.took),
            429 | 503 => outcome.refused.push(answer.took),
            _ => outcome.other += 1,
        }
    }
    outcome.answered.sort();
    outcome.refused.sort();
    let all = outcome.answered.len() + outcome.refused.len() + outcome.other;
    outcome.sent = count(all) / counting.elapsed().as_secs_f64();
    outcome
}

/// What one caller was told. A caller who is late sends at once until they have caught up.
fn call(subject: &Subject, first: Instant, pause: Duration, end: Instant) -> Vec<Answer> {
    let mut caller = Caller::connect(subject.address());
    let mut told = Vec::new();
    let mut moment = first;
    while moment < end && Instant::now() < end {
        thread::sleep(moment.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        let (status, _) = caller.exchange(subject.request());
        told.push(Answer {
            status,
            sent,
            took: sent.elapsed(),
        });
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

/// So many in a hundred take no longer; nothing when there were none.
fn milliseconds(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
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
