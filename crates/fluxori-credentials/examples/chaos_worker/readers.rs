//! Adapters that read at an even pace, one after another of many credentials, and time each read.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use fluxori_credentials::CredentialProvider;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use crate::{dice::Dice, many, orders::Orders};

/// From one read to the next.
const PACE: Duration = Duration::from_millis(5);

/// Reads from `go` to `finish`.
pub(crate) async fn run(mut orders: Orders, credentials: usize, seed: u64) -> Result<Value> {
    let provider = CredentialProvider::from_env().await?;
    // The first read of a process makes its connections; nobody waits for that again.
    many::read(&provider, 0).await?;
    println!("ready");
    orders.go().await?;
    let mut dice = Dice(seed);
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut failed, mut wrong) = (0_u64, 0_u64);
    let mut took = BTreeMap::<u64, u64>::new();
    while !orders.is_finishing() {
        pace.tick().await;
        let seller = dice.below(credentials);
        let began = Instant::now();
        let read = many::read(&provider, seller).await;
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        *took.entry(micros).or_default() += 1;
        match read {
            Ok(read) => wrong += u64::from(!many::is_right(seller, &read)),
            Err(error) => {
                tracing::error!("a read failed: {error:#}");
                failed += 1;
            }
        }
    }
    provider.shutdown().await;
    let took: Vec<_> = took.into_iter().collect();
    Ok(json!({"failed": failed, "wrong": wrong, "took": took}))
}
