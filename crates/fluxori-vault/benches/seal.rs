//! Sealing and opening beside bare ring, as ratios. Run with `cargo bench -p fluxori-vault`; one JSON line a row.
//!
//! Subject and reference alternate in short batches within one run, so that a noisy machine slows both alike.

#![expect(
    clippy::print_stdout,
    reason = "the result of a benchmark is its output"
)]

#[path = "seal/reference.rs"]
mod reference;
#[path = "seal/subject.rs"]
mod subject;

use std::{hint::black_box, time::Instant};

use reference::BareRing;
use subject::Subject;

const DOCUMENT_BYTES: usize = 500;
const BATCHES: usize = 400;
const CALLS_A_BATCH: u32 = 500;

fn main() {
    // Test runners start every binary, to list or to run tests. Only `cargo bench` says this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let document = vec![b'x'; DOCUMENT_BYTES];
    let (ring, vault) = (BareRing::new(), Subject::new(&document));
    let sealed = ring.seal(&document);

    print_row(
        "seal + open, 500 bytes",
        Some("<= 2"),
        compare(
            || vault.open(&vault.seal()),
            || ring.open(ring.seal(&document)),
        ),
    );
    print_row(
        "open through the store, key remembered, 500 bytes",
        None,
        compare(|| vault.open_through_store(), || ring.open(sealed.clone())),
    );
}

/// Median nanoseconds of one call: subject, reference.
fn compare<A, B>(mut subject: impl FnMut() -> A, mut reference: impl FnMut() -> B) -> (f64, f64) {
    let (mut subjects, mut references) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        subjects.push(time_batch(&mut subject));
        references.push(time_batch(&mut reference));
    }
    (median(subjects), median(references))
}

fn time_batch<T>(call: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS_A_BATCH {
        black_box(call());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS_A_BATCH)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_row(row: &str, bar: Option<&str>, (value, reference): (f64, f64)) {
    let line = serde_json::json!({
        "row": row,
        "unit": "ns",
        "value": value.round(),
        "reference": reference.round(),
        "reference_name": "bare ring AES-256-GCM",
        "ratio": (value / reference * 100.0).round() / 100.0,
        "bar": bar,
    });
    println!("{line}");
}
