//! How fast an adapter's read is, beside what the database itself can do, measured in turns in one run.
//!
//! `cargo bench -p fluxori-persistence --bench read [-- 1000 1000000]`: the numbers of connections to measure at, these two
//! when none is named. `--quick` only shows that it works. Prints one JSON object a line: row, unit, value, reference,
//! `reference_name`, ratio, bar.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says where"
)]

mod load;
mod plain;
mod server;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::DateTime;
use fluxori_domain::{
    AuditEvent, AuditEventId, AuditKind, ConnectionFilter, ConnectionId, Generation, Marketplace,
    OrganizationId, PageRequest, Purpose, SecretText, ServiceName, TenantScope, UserId,
    ports::{AuditWriter as _, Candidates, ConnectionRepository as _, Selector},
};
use fluxori_persistence::{Database, DatabaseSettings};

/// Concurrent callers, as adapters on one machine.
const CALLERS: usize = 8;

/// Whether it is enough to show that it works.
fn quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// How often ours and the reference take turns, of which the middle one counts, and how long one turn takes.
fn pace() -> (usize, Duration) {
    if quick() {
        (1, Duration::from_secs(1))
    } else {
        (5, Duration::from_secs(3))
    }
}

fn main() {
    let mut sizes: Vec<u32> = std::env::args()
        .filter_map(|size| size.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = if quick() {
            vec![1_000]
        } else {
            vec![1_000, 1_000_000]
        };
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut first: Option<(u32, Vec<(&str, f64)>)> = None;
    for size in sizes {
        let mut typical = Vec::new();
        typical.push(("PostgreSQL", runtime.block_on(postgres(size))));
        typical.push(("SQLite", runtime.block_on(sqlite(size))));
        match &first {
            None => first = Some((size, typical)),
            Some((small, before)) => {
                for ((name, value), (_, reference)) in typical.iter().zip(before) {
                    let row = format!("{name}, one caller, median at {size} connections");
                    report(
                        &row,
                        "µs",
                        *value,
                        *reference,
                        &format!("at {small}"),
                        "<= 1.3",
                    );
                }
            }
        }
    }
}

/// Measures on a server of its own and returns the median time of a read, in microseconds.
async fn postgres(size: u32) -> f64 {
    let (rounds, turn) = pace();
    let server = server::Server::start();
    let settings = DatabaseSettings::new(SecretText::copy_of(&server.url()));
    Database::migrate(&settings).await.unwrap();
    server.psql(&load::postgres(size));
    server.psql("VACUUM ANALYZE");
    let database = Database::connect(&settings).await.unwrap();
    rate(&database, size, CALLERS, Duration::from_secs(1)).await;
    // A caller who is alone leaves the plain statement behind on every connection.
    rate(&database, size, 1, Duration::from_millis(100)).await;
    let statement = server.statement_of_reads();

    let (mut ours, mut pgbench) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(rate(&database, size, CALLERS, turn).await);
        pgbench.push(server.pgbench(&statement, size, CALLERS, turn));
    }
    report(
        &format!("PostgreSQL, {CALLERS} callers, {size} connections"),
        "reads/s",
        middle(ours),
        middle(pgbench),
        "pgbench -M prepared, same statement, same socket",
        ">= 0.7",
    );
    append(&database, "PostgreSQL").await;
    typical_time(&database, size).await
}

/// Measures on a file of its own and returns the median time of a read, in microseconds.
async fn sqlite(size: u32) -> f64 {
    let (rounds, turn) = pace();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.sqlite").display().to_string();
    let settings = DatabaseSettings::new(SecretText::new(format!("sqlite:{path}")));
    Database::migrate(&settings).await.unwrap();
    plain::execute(&path, &load::sqlite(size));
    let database = Database::connect(&settings).await.unwrap();
    for callers in [1, CALLERS] {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(rate(&database, size, callers, turn).await);
            plain.push(plain::rate(&path, size, callers, turn));
        }
        report(
            &format!("SQLite, {callers} callers, {size} connections"),
            "reads/s",
            middle(ours),
            middle(plain),
            "prepared select of the same columns by the same driver, a thread and connection a caller",
            ">= 0.7",
        );
    }
    append(&database, "SQLite").await;
    place_of_reading(&database, size).await;
    typical_time(&database, size).await
}

/// The same row of `connections` read where the caller is, and by way of the thread that reads lists.
async fn place_of_reading(database: &Database, size: u32) {
    let mut dice = Dice::new(3);
    let (mut in_place, mut by_thread) = (Vec::new(), Vec::new());
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    for _ in 0..5_000 {
        let scope = dice.scope(size);
        let started = Instant::now();
        let list = database.list(&scope, ConnectionFilter::default(), page);
        let id = list.await.unwrap().items[0].id;
        by_thread.push(started.elapsed().as_secs_f64() * 1e6);
        let started = Instant::now();
        assert!(database.find(&scope, id).await.unwrap().is_some());
        in_place.push(started.elapsed().as_secs_f64() * 1e6);
    }
    report(
        &format!("SQLite, a connection read in place, {size} connections"),
        "µs",
        middle(in_place),
        middle(by_thread),
        "by way of a thread",
        "<= 1",
    );
}

async fn read(database: &Database, scope: &TenantScope) {
    let read = database.read_credential(scope, Marketplace::Takealot, &Selector::Default);
    assert!(matches!(read.await.unwrap(), Candidates::One(_)));
}

/// Reads a second by so many callers.
async fn rate(database: &Database, size: u32, callers: usize, turn: Duration) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (database, stop) = (database.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut dice = Dice::new(caller);
                let mut count = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    read(&database, &dice.scope(size)).await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    tokio::time::sleep(turn).await;
    stop.store(true, Ordering::Relaxed);
    let mut reads = 0;
    for task in tasks {
        reads += task.await.unwrap();
    }
    f64::from(reads) / started.elapsed().as_secs_f64()
}

/// The median time of one read by one caller, in microseconds.
async fn typical_time(database: &Database, size: u32) -> f64 {
    let mut dice = Dice::new(99);
    let mut times = Vec::with_capacity(20_000);
    for _ in 0..20_000 {
        let scope = dice.scope(size);
        let started = Instant::now();
        read(database, &scope).await;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    middle(times)
}

/// The time to append what the background writer appends at most at once.
async fn append(database: &Database, name: &str) {
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let mut dice = Dice::new(7);
    let mut times = Vec::new();
    for _ in 0..20 {
        let events = (0..1_000)
            .map(|_| AuditEvent {
                id: AuditEventId::make(at),
                scope: dice.scope(1_000),
                actor: None,
                connection: ConnectionId::make(at),
                marketplace: Marketplace::Takealot,
                kind: AuditKind::CredentialRead,
                service: ServiceName::new("stock-sync").unwrap(),
                purpose: Some(Purpose::new("order import").unwrap()),
                generation: Some(Generation::FIRST),
                outcome: None,
                request_id: None,
                at,
                occurrences: 1,
            })
            .collect();
        let started = Instant::now();
        database.append(events).await.unwrap();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let line = serde_json::json!({
        "row": format!("{name}, appending 1000 audit events"), "unit": "ms", "value": middle(times),
        "reference": null, "reference_name": null, "ratio": null, "bar": null,
    });
    print(&line);
}

fn report(row: &str, unit: &str, value: f64, reference: f64, reference_name: &str, bar: &str) {
    print(&serde_json::json!({
        "row": row, "unit": unit, "value": value, "reference": reference,
        "reference_name": reference_name, "ratio": value / reference, "bar": bar,
    }));
}

#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn print(line: &serde_json::Value) {
    println!("{line}");
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Which tenant is next: quick, and the same in every run.
struct Dice(u64);

impl Dice {
    fn new(seed: usize) -> Self {
        Self(seed as u64 * 2 + 1)
    }

    fn number(&mut self, size: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let number = self.0 % u64::from(size);
        u32::try_from(number).expect("below a u32") + 1
    }

    /// Tenants are numbered, because pgbench can draw numbers only.
    fn scope(&mut self, size: u32) -> TenantScope {
        let number = self.number(size).to_string();
        TenantScope::new(
            OrganizationId::new(number.clone()).unwrap(),
            UserId::new(number).unwrap(),
        )
    }
}
