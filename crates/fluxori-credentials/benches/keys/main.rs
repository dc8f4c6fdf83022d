//! Changing keys while adapters read, on PostgreSQL: wrapping the data keys of 1,000 organizations by another master key, and
//! sealing their 100 credentials each by other data keys. Run with `cargo bench -p fluxori-credentials --bench keys`; one
//! JSON line a row. `--full` takes 10,000 organizations, `--quick` only shows that it works.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that fails has nothing to say"
)]

mod crowd;
mod readers;
#[path = "../../../fluxori-persistence/benches/read/server.rs"]
#[expect(dead_code, reason = "reads are measured elsewhere")]
mod server;

use std::{sync::Arc, time::Instant};

use fluxori_credentials::{Reseal, Rotate, Settings, SystemClock, Wiring};
use fluxori_test_support::database::Pgbench;

use crowd::{Crowd, Size};
use readers::Readers;
use server::Server;

/// What sealing anew has to reach, as a share of what pgbench does.
const SHARE: f64 = 0.7;
/// How many times as long as idle 99 % of the reads may take.
const MOST: &str = "<= 1.5";

fn main() {
    // Test runners start every binary, to list or to run tests. Only `cargo bench` says this.
    let said = |word: &str| std::env::args().any(|argument| argument == word);
    if !said("--bench") {
        return;
    }
    let size = match (said("--quick"), said("--full")) {
        (true, _) => Size::QUICK,
        (_, true) => Size::FULL,
        _ => Size::USUAL,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(size));
}

async fn measure(size: Size) {
    let server = Server::start();
    let crowd = Crowd::gather(&server, size).await;
    let readers = Readers::connect(crowd.settings_of_adapters(), size);
    // Connections are made and caches fill, which nobody waits for again.
    readers.while_idle();
    rewrap(&server, &crowd, &readers).await;
    reseal(&server, &crowd, readers).await;
}

/// The master key changes, at the pace that `keys rotate` keeps by itself; then once more, as fast as it goes.
async fn rewrap(server: &Server, crowd: &Crowd, readers: &Readers) {
    let settings = crowd.settings_after_change();
    let wiring = connect(&settings).await;
    let touched = |table: &str, since: &str| -> f64 {
        let query = format!("SELECT count(*) FROM {table} WHERE xmin::text::bigint >= {since}");
        server.psql(&query).trim().parse().unwrap()
    };
    let since = server.psql("SELECT pg_current_xact_id()");
    let since = since.trim();
    let keys = wiring.keys().unwrap();
    let organizations = crowd.size.organizations;
    let run = async |again, per_second| {
        readers.begin();
        let began = Instant::now();
        let order = Rotate { again, per_second };
        let report = keys.rotate(order, |_| {}).await.unwrap();
        let took = began.elapsed().as_secs_f64();
        let p99 = readers.end().p99();
        assert!(report.failed.is_empty(), "{:?}", report.failed);
        assert_eq!(report.rewrapped, u64::from(organizations));
        (f64::from(organizations) / took, p99)
    };
    let before = readers.while_idle();
    let (paced_rate, paced) = run(false, Some(Rotate::PACE)).await;
    let idle = before.and(readers.while_idle()).p99();
    let (keys_touched, credentials_touched) =
        (touched("data_keys", since), touched("credentials", since));
    let (rate, hurried) = run(true, None).await;

    let credentials = crowd.size.credentials();
    let name = format!("keys rotate, {credentials} credentials in {organizations} organizations");
    let row = format!("{name}: rows of data keys touched");
    let bar = format!("= {organizations}");
    print(&row, "", keys_touched, None, Some(&bar));
    let row = format!("{name}: rows of credentials touched");
    print(&row, "", credentials_touched, None, Some("= 0"));
    let reference = || Some((idle, "idle".to_owned()));
    print(&format!("{name}: data keys"), "1/s", paced_rate, None, None);
    let row = format!("{name}: a read meanwhile, 99 %");
    print(&row, "us", paced, reference(), Some(MOST));
    let name = "keys rotate, as fast as it goes";
    print(&format!("{name}: data keys"), "1/s", rate, None, None);
    let row = format!("{name}: a read meanwhile, 99 %");
    print(&row, "us", hurried, reference(), None);
    wiring.shutdown().await;
}

/// The data keys change: once as fast as it goes, once at the pace that `keys reseal` keeps by itself.
async fn reseal(server: &Server, crowd: &Crowd, readers: Readers) {
    let wiring = connect(&crowd.settings_after_change()).await;
    let keys = wiring.keys().unwrap();
    let run = async |per_second| {
        let order = Reseal {
            organization: None,
            again: true,
            per_second,
        };
        readers.begin();
        let began = Instant::now();
        let report = keys.reseal(&order, |_| {}).await.unwrap();
        let took = began.elapsed().as_secs_f64();
        let p99 = readers.end().p99();
        assert!(report.failed.is_empty(), "{:?}", report.failed);
        assert_eq!(report.resealed, u64::from(crowd.size.credentials()));
        (f64::from(crowd.size.credentials()) / took, p99)
    };
    let (rate, hurried) = run(None).await;
    let before = readers.while_idle();
    let (paced_rate, paced) = run(Some(Reseal::PACE)).await;
    let idle = before.and(readers.while_idle()).p99();
    readers.stop();
    let updates = updates(server, crowd);

    let credentials = crowd.size.credentials();
    let name = format!("keys reseal, {credentials} credentials, as fast as it goes");
    let asked = f64::from(Reseal::PACE.get()).min(SHARE * updates);
    let pace = Reseal::PACE;
    let lower = format!("the lower of {pace}/s and {SHARE} of pgbench's updates");
    print(&name, "1/s", rate, Some((asked, lower)), Some(">= 1"));
    let pgbench = "pgbench, prepared, updates of the same rows".to_owned();
    print(&name, "1/s", rate, Some((updates, pgbench)), None);
    let row = format!("{name}: a read meanwhile, 99 %");
    let reference = || Some((idle, "idle".to_owned()));
    print(&row, "us", hurried, reference(), None);
    let name = format!("keys reseal, {credentials} credentials, {pace} a second");
    print(&name, "1/s", paced_rate, None, None);
    let row = format!("{name}: a read meanwhile, 99 %");
    print(&row, "us", paced, reference(), Some(MOST));
    wiring.shutdown().await;
}

/// The same rows, by PostgreSQL's own benchmark. What it writes opens nowhere, so it comes last.
fn updates(server: &Server, crowd: &Crowd) -> f64 {
    let Size {
        organizations,
        in_each,
    } = crowd.size;
    let script = format!(
        "\\set organization random(1, {organizations})\n\
         \\set number (:organization - 1) * {in_each} + random(1, {in_each})\n\
         UPDATE credentials SET secret = :secret WHERE organization_id = :organization::text \
         AND user_id = :number::text AND id = lpad(to_hex(:number::bigint), 32, '0')::uuid;\n"
    );
    let secret = "x".repeat(crowd.secret_length);
    Pgbench {
        url: &server.url(),
        script: &script,
        variables: &[("secret", &secret)],
        clients: 4,
    }
    .rate(readers::TURN)
}

async fn connect(settings: &Settings) -> Wiring {
    Wiring::connect(settings, Arc::new(SystemClock))
        .await
        .unwrap()
}

#[expect(
    clippy::print_stdout,
    reason = "the result of a benchmark is its output"
)]
fn print(row: &str, unit: &str, value: f64, reference: Option<(f64, String)>, bar: Option<&str>) {
    let line = serde_json::json!({
        "row": row, "unit": unit, "value": value,
        "reference": reference.as_ref().map(|(reference, _)| reference),
        "ratio": reference.as_ref().map(|(reference, _)| value / reference),
        "reference_name": reference.map(|(_, name)| name),
        "bar": bar,
    });
    println!("{line}");
}
