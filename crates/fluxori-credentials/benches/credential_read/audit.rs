//! What the audit of reads costs: the same reads, written soon after, before the secret is handed out, or never.

use std::time::Duration;

use fluxori_test_support::database::TestDatabase;

use crate::{CALLERS, CONNECTIONS, installation::Installation, median};

/// Many callers at once, who share appends.
const MANY: usize = 64;

/// A way to make a database.
type Kind = (&'static str, fn() -> TestDatabase);

pub(crate) async fn measure(rounds: usize, turn: Duration) {
    let kinds: [Kind; 2] = [
        ("PostgreSQL", TestDatabase::postgres),
        ("SQLite", TestDatabase::sqlite),
    ];
    for kind in kinds {
        of(kind, rounds, turn).await;
    }
}

/// All three in turns, each on a database of its own.
async fn of((name, make): Kind, rounds: usize, turn: Duration) {
    let mut modes = Vec::new();
    for mode in ["off", "batched", "strict"] {
        let setting = ("AUDIT_READS", mode);
        modes.push((mode, Installation::with(make(), CONNECTIONS, setting).await));
    }
    for callers in [1, CALLERS, MANY] {
        let mut rates = vec![Vec::new(); modes.len()];
        for _ in 0..rounds {
            for ((_, installation), rates) in modes.iter().zip(&mut rates) {
                rates.push(installation.rate(callers, turn).await);
            }
        }
        let values: Vec<f64> = rates.iter_mut().map(|rates| median(rates)).collect();
        for ((mode, _), value) in modes.iter().zip(&values) {
            print_row(name, mode, callers, *value, values[0]);
        }
    }
    for (_, installation) in modes {
        installation.stop().await;
    }
}

fn print_row(database: &str, mode: &str, callers: usize, value: f64, off: f64) {
    let line = serde_json::json!({
        "row": format!("get_marketplace_credentials, {database}, {callers} caller(s), AUDIT_READS={mode}"),
        "unit": "reads/s", "value": value, "reference": off,
        "reference_name": "AUDIT_READS=off", "ratio": value / off,
    });
    #[expect(
        clippy::print_stdout,
        reason = "the result of a benchmark is its output"
    )]
    {
        println!("{line}");
    }
}
