//! How long callers wait for a refresh that another makes: at each beat all callers of all processes ask for the same
//! expired credential, the next one at each beat.

use std::time::Duration;

use anyhow::{Result, ensure};
use chrono::DateTime;
use fluxori_credentials::{Clock, CredentialProvider, SystemClock};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{orders::Orders, sellers};

/// From one credential to the next: longer than a refresh takes, so that nobody waits for the one before.
const BEAT: Duration = Duration::from_millis(400);

/// Says of each credential when each call began and ended, in microseconds of the wall clock, which all processes share.
pub(crate) async fn run(
    provider: &CredentialProvider,
    orders: &mut Orders,
    callers: usize,
    rounds: usize,
) -> Result<Value> {
    let start = orders.go().await?;
    let mut all = Vec::new();
    for number in 0..rounds {
        let beat = start + BEAT * u32::try_from(number)?;
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let provider = provider.clone();
                tokio::spawn(async move {
                    sleep(beat.saturating_sub(now())).await;
                    let began = now();
                    let answer = sellers::request(&provider, number)?.read().await;
                    ensure!(answer.is_ok(), "credential {number} was not handed out");
                    anyhow::Ok([micros(began), micros(now())])
                })
            })
            .collect();
        let mut calls = Vec::new();
        for task in tasks {
            calls.push(task.await??);
        }
        all.push(calls);
    }
    provider.clone().shutdown().await;
    Ok(json!({"calls": all}))
}

fn now() -> Duration {
    let since = SystemClock.now() - DateTime::UNIX_EPOCH;
    since.to_std().unwrap_or_default()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
