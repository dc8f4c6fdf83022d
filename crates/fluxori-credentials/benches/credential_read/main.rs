//! What an adapter waits for: `get_marketplace_credentials` as a whole, with the secret opened and the audit event written,
//! beside the bare select of the same row. Run with `cargo bench -p fluxori-credentials --bench credential_read`; one
//! JSON line a row. `--quick` only shows that it works.
//!
//! Subject and reference take turns within one run, so that a noisy machine slows both alike.

#![expect(
    clippy::print_stdout,
    reason = "the result of a benchmark is its output"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to say"
)]

mod audit;
mod cached;
mod installation;
#[path = "../../../fluxori-persistence/benches/read/plain.rs"]
#[expect(dead_code, reason = "loads of rows come through the front door here")]
mod plain;

use std::time::Duration;

use fluxori_test_support::database::{Pgbench, TestDatabase};
use installation::{Dice, Installation};

/// Concurrent callers, as adapters on one machine.
const CALLERS: usize = 8;
/// Connections, each of a tenant of its own.
const CONNECTIONS: u32 = 1_000;

/// The row that a read needs, in one statement.
const STATEMENT: &str = "\
select c.id, c.account_id, c.details, c.status, c.status_reason, c.is_default, k.id, k.auth_type, k.generation, k.backend, \
k.secret, k.access_expires_at, k.refresh_expires_at, k.authorisation_expires_at from connections c join credentials k on \
k.organization_id = c.organization_id and k.user_id = c.user_id and k.id = c.credential_id where c.organization_id = :tenant \
and c.user_id = :tenant and c.deleted_at is null and c.marketplace = :marketplace order by c.is_default desc limit 2;";

fn main() {
    // Test runners start every binary, to list or to run tests. Only `cargo bench` says this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, seconds) = if quick { (1, 1) } else { (5, 3) };
    let turn = Duration::from_secs(seconds);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        postgresql(rounds, turn).await;
        sqlite(rounds, turn).await;
        cached::measure(rounds, turn).await;
        audit::measure(rounds, turn).await;
    });
}

async fn postgresql(rounds: usize, turn: Duration) {
    let installation = Installation::new(TestDatabase::postgres(), CONNECTIONS).await;
    let script = format!("\\set tenant random(1, {CONNECTIONS})\n{STATEMENT}\n");
    let pgbench = Pgbench {
        url: installation.url(),
        script: &script,
        variables: &[("marketplace", "takealot")],
        clients: CALLERS,
    };
    installation.rate(CALLERS, turn).await;
    let (mut ours, mut reference) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(installation.rate(CALLERS, turn).await);
        reference.push(pgbench.rate(turn));
    }
    let name = "pgbench, prepared, the same row over the same socket";
    print_row(
        "get_marketplace_credentials, PostgreSQL, 8 callers",
        &mut ours,
        &mut reference,
        name,
    );
    installation.stop().await;
}

async fn sqlite(rounds: usize, turn: Duration) {
    let installation = Installation::new(TestDatabase::sqlite(), CONNECTIONS).await;
    let path = installation.url().strip_prefix("sqlite:").unwrap();
    for callers in [1, CALLERS] {
        let (mut ours, mut reference) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(installation.rate(callers, turn).await);
            reference.push(plain::rate(path, CONNECTIONS, callers, turn));
        }
        let row = format!("get_marketplace_credentials, SQLite, {callers} caller(s)");
        let name =
            "prepared select of the same row by the same driver, a thread and connection a caller";
        print_row(&row, &mut ours, &mut reference, name);
    }
    installation.stop().await;
}

fn print_row(row: &str, ours: &mut [f64], reference: &mut [f64], name: &str) {
    let (value, reference) = (median(ours), median(reference));
    let line = serde_json::json!({
        "row": row, "unit": "reads/s", "value": value, "reference": reference,
        "reference_name": name, "ratio": value / reference, "bar": ">= 0.7",
    });
    println!("{line}");
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
