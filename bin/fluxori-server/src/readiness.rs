//! Whether requests can be served, however often somebody asks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use fluxori_api::{NotReady, Readiness};
use fluxori_credentials::{StartError, Wiring};
use tokio::sync::Mutex;

/// An answer is good for so long: anybody may ask, and each question costs the database one.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// So often is looked at what changes only when an operator changes it.
const EXAMINED_EVERY: Duration = Duration::from_secs(30);

/// The database answers, and what was right at the start is right still: schema, master keys, stores.
pub(crate) struct StillRight {
    wiring: Arc<Wiring>,
    /// Held while it is being found out, so that only one asks.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When the database answered last.
    answered: Option<Instant>,
    /// When all was right last.
    examined: Option<Instant>,
}

impl StillRight {
    pub(crate) fn new(wiring: Arc<Wiring>) -> Self {
        Self {
            wiring,
            known: Mutex::default(),
        }
    }
}

#[async_trait]
impl Readiness for StillRight {
    async fn check(&self) -> Result<(), NotReady> {
        let mut known = self.known.lock().await;
        let is_within = |since: Option<Instant>, time| since.is_some_and(|at| at.elapsed() < time);
        if is_within(known.answered, GOOD_FOR) {
            return Ok(());
        }
        if is_within(known.examined, EXAMINED_EVERY) {
            self.wiring.ready().await.map_err(|cause| NotReady {
                part: "the database",
                cause: cause.into(),
            })?;
        } else {
            known.examined = None;
            self.wiring.examine().await.map_err(|cause| NotReady {
                part: part(&cause),
                cause: cause.into(),
            })?;
            known.examined = Some(Instant::now());
        }
        known.answered = Some(Instant::now());
        Ok(())
    }
}

/// What is not right.
const fn part(error: &StartError) -> &'static str {
    match error {
        StartError::Keys(_) => "the master key",
        StartError::HomelessSecrets { .. } => "the secret store",
        _ => "the database",
    }
}
