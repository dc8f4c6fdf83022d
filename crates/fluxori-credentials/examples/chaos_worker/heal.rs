//! Finishes what dead processes left, as housekeeping does in half an hour: with a clock that runs ahead.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_credentials::{Backend, Clock, Settings, SystemClock, Wiring};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::hands;

/// Longer than anything stays on the ledger before it is due.
const STEP: i64 = 3;

/// Together less than the half hour for which Xero takes a token that it has replaced.
const ROUNDS: usize = 8;

/// The clock of the machine, and so many minutes.
#[derive(Default)]
pub(crate) struct AheadClock(AtomicI64);

impl AheadClock {
    pub(crate) fn run_ahead(&self, minutes: i64) {
        self.0.fetch_add(minutes, Ordering::Relaxed);
    }
}

impl Clock for AheadClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::minutes(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) async fn run() -> Result<Value> {
    let clock = Arc::new(AheadClock::default());
    let wiring = Wiring::connect(&Settings::from_env()?, clock.clone()).await?;
    let connections = wiring.connections();
    let (service, owner) = (hands::service()?, Uuid::new_v4());
    let (mut rounds, mut secrets, mut refreshes, mut deletions) = (0, 0, 0, 0);
    while rounds < ROUNDS {
        rounds += 1;
        clock.run_ahead(STEP);
        let done = connections.housekeeping(&service, owner, Duration::from_secs(30));
        let done = done.await?.context("somebody else keeps house")?;
        secrets += done.secrets;
        refreshes += done.refreshes;
        deletions += done.deletions;
        let is_idle = done.deletions + done.refreshes + done.tested == 0;
        if is_idle && connections.is_swept(Duration::from_hours(24)).await? {
            break;
        }
    }
    let swept = connections.is_swept(Duration::from_hours(24)).await?;
    let inventory = connections
        .reconcile(Backend::GoogleSecretManager, false, |_| ())
        .await?;
    wiring.shutdown().await;
    Ok(json!({
        "rounds": rounds, "secrets": secrets, "refreshes": refreshes, "deletions": deletions,
        "isSwept": swept, "strays": inventory.strays.len(), "damaged": inventory.damaged.len(),
        "held": inventory.held,
    }))
}
