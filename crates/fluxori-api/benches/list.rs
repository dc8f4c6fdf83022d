//! `GET /api/connections` with 20 rows, beside a bare handler that sends the same bytes and pgbench running the same statement.
//! Run with `cargo bench -p fluxori-api --bench list`; one JSON line a row. `--quick` only shows that it works.
//!
//! The three alternate in short rounds within one run, so that a noisy machine slows all alike.

#![expect(
    clippy::print_stdout,
    reason = "the result of a benchmark is its output"
)]

#[path = "list/bare.rs"]
mod bare;
#[path = "list/load.rs"]
mod load;
#[path = "list/pgbench.rs"]
mod pgbench;
#[path = "list/subject.rs"]
mod subject;

use std::time::Duration;

use subject::Subject;

/// Connections of the caller, all on one page.
const ROWS: u32 = 20;

fn main() {
    // Test runners start every binary, to list or to run tests. Only `cargo bench` says this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    let subject = runtime.block_on(Subject::start(ROWS));
    list(&subject, quick);
    runtime.block_on(subject.stop());
}

fn list(subject: &Subject, quick: bool) {
    let (rounds, length) = if quick { (1, 1) } else { (5, 4) };
    let length = Duration::from_secs(length);

    let body = load::body(subject.address(), subject.request());
    let bare = bare::start(body.clone());
    assert_eq!(body, load::body(bare, subject.request()), "the same bytes");

    let statement = pgbench::statement(subject.database());

    let (mut lists, mut bares, mut queries) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        lists.push(load::rate(subject.address(), subject.request(), length));
        bares.push(load::rate(bare, subject.request(), length));
        queries.push(pgbench::rate(subject.database(), &statement, ROWS, length));
    }
    let (list, bare, query) = (median(lists), median(bares), median(queries));
    let (slower, name) = if bare < query {
        (bare, "a bare actix-web handler with the same bytes")
    } else {
        (query, "pgbench, prepared, the same statement")
    };
    print_row(
        "GET /api/connections, 20 rows",
        list,
        slower,
        name,
        Some(">= 0.5"),
    );
    print_row(
        "the same",
        list,
        bare,
        "a bare actix-web handler with the same bytes",
        None,
    );
    print_row(
        "the same",
        list,
        query,
        "pgbench, prepared, the same statement",
        None,
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_row(row: &str, value: f64, reference: f64, name: &str, bar: Option<&str>) {
    let line = serde_json::json!({
        "row": row,
        "unit": "requests/s",
        "value": value.round(),
        "reference": reference.round(),
        "reference_name": name,
        "ratio": (value / reference * 1000.0).round() / 1000.0,
        "bar": bar,
    });
    println!("{line}");
}
