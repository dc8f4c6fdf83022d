//! Reads from memory, and how soon another process's change ends one.

use std::time::{Duration, Instant};

use fluxori_connections::ChangeRequest;
use fluxori_credentials::{ConnectionId, CredentialProvider, Marketplace, OrganizationId, UserId};
use fluxori_test_support::database::TestDatabase;

use crate::installation::{Installation, seller, takealot, tenant};

/// Connections that one reader goes through, all of them in memory. Of 900 and more a second the audit trail would be written
/// as soon as it can, not once a second, and that would be measured.
const CONNECTIONS: u32 = 500;

/// How often another process makes a change, and an adapter waits for it.
const CHANGES: usize = 200;

pub(crate) async fn measure(rounds: usize, turn: Duration) {
    let database = TestDatabase::postgres();
    let installation =
        Installation::with(database, CONNECTIONS, ("CREDENTIAL_CACHE", "coherent")).await;
    let tenants: Vec<_> = (1..=CONNECTIONS).map(tenant).collect();
    let (mut rates, mut worst) = (Vec::new(), Vec::new());
    fill(installation.provider(), &tenants).await;
    for _ in 0..rounds {
        rates.push(rate(installation.provider(), &tenants, turn).await);
        worst.push(p99(&mut times(installation.provider(), &tenants).await));
    }
    let name = "get_marketplace_credentials from memory, PostgreSQL, one core";
    print_row(name, "reads/s", crate::median(&mut rates), (1e6, ">= 1"));
    let name = "the same, 99th percentile";
    print_row(name, "us", crate::median(&mut worst), (10.0, "<= 1"));

    let mut waits = waits(&installation).await;
    let slowest = p99(&mut waits) / 1_000.0;
    let middle = crate::median(&mut waits) / 1_000.0;
    let name = "a change by another process, from its beginning until it is read, p50";
    print_row(name, "ms", middle, (100.0, "<= 1"));
    let name = "the same, 99th percentile";
    print_row(name, "ms", slowest, (100.0, "<= 1"));
    installation.stop().await;
}

type Tenants = [(OrganizationId, UserId)];

async fn read(provider: &CredentialProvider, tenant: &(OrganizationId, UserId)) -> ConnectionId {
    let (organization, user) = tenant;
    let credentials = provider
        .get_marketplace_credentials(user, organization, Marketplace::Takealot)
        .await
        .unwrap();
    credentials.connection_id()
}

/// Reads every credential until all come from memory.
async fn fill(provider: &CredentialProvider, tenants: &Tenants) {
    let quick = Duration::from_micros(20) * CONNECTIONS;
    loop {
        let began = Instant::now();
        for tenant in tenants {
            read(provider, tenant).await;
        }
        if began.elapsed() < quick {
            return;
        }
    }
}

/// Reads a second by one caller, who never waits.
async fn rate(provider: &CredentialProvider, tenants: &Tenants, turn: Duration) -> f64 {
    let (mut reads, began) = (0_u32, Instant::now());
    while began.elapsed() < turn {
        for tenant in tenants {
            read(provider, tenant).await;
            reads += 1;
        }
    }
    f64::from(reads) / began.elapsed().as_secs_f64()
}

/// How long each of many reads takes, in microseconds.
async fn times(provider: &CredentialProvider, tenants: &Tenants) -> Vec<f64> {
    let mut times = Vec::new();
    for _ in 0..200 {
        for tenant in tenants {
            let began = Instant::now();
            read(provider, tenant).await;
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
    }
    times
}

/// How long it takes until an adapter, who reads without a pause, gets the account that a seller made the default, in
/// microseconds from when the seller asks for that.
async fn waits(installation: &Installation) -> Vec<f64> {
    let server = installation.server().await;
    let (seller, tenant) = (seller(1), tenant(1));
    let other = server
        .connections()
        .create(&seller, takealot())
        .await
        .unwrap()
        .connection
        .id;
    let first = read(installation.provider(), &tenant).await;
    let mut waits = Vec::new();
    for number in 0..CHANGES {
        let wanted = if number % 2 == 0 { other } else { first };
        let reader = tokio::spawn({
            let (provider, tenant) = (installation.provider().clone(), tenant.clone());
            async move {
                while read(&provider, &tenant).await != wanted {
                    tokio::task::yield_now().await;
                }
                Instant::now()
            }
        });
        let change = ChangeRequest {
            is_default: Some(true),
            ..ChangeRequest::default()
        };
        let began = Instant::now();
        let changed = server.connections().change(&seller, wanted, change);
        changed.await.unwrap();
        let seen = reader.await.unwrap();
        waits.push((seen - began).as_secs_f64() * 1e6);
    }
    server.shutdown().await;
    waits
}

fn p99(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() * 99 / 100]
}

/// A row whose bar is a number, not another program.
fn print_row(row: &str, unit: &str, value: f64, (limit, bar): (f64, &str)) {
    let line = serde_json::json!({
        "row": row, "unit": unit, "value": value, "reference": limit,
        "reference_name": "what is asked for", "ratio": value / limit, "bar": bar,
    });
    println!("{line}");
}
