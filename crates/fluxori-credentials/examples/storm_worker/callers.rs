//! What the callers of one process share.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::Result;
use fluxori_credentials::CredentialProvider;
use tokio::time::{sleep, timeout};

use crate::{sellers, tally::Tally};

/// A caller with other work to do waits for so long, and comes back after as much again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The credentials as the callers of this process know them.
pub(crate) struct Callers {
    provider: CredentialProvider,
    began: Instant,
    known: Vec<Known>,
}

#[derive(Default)]
struct Known {
    /// The newest generation that was handed out.
    generation: AtomicI64,
    /// Nobody asks before, in milliseconds since the beginning.
    not_before: AtomicU64,
}

impl Callers {
    pub(crate) fn new(provider: CredentialProvider, credentials: usize) -> Self {
        Self {
            provider,
            began: Instant::now(),
            known: (0..credentials).map(|_| Known::default()).collect(),
        }
    }

    /// Asks until there is an answer that asking again does not change.
    pub(crate) async fn insist(&self, number: usize, tally: &mut Tally) -> Result<()> {
        while let Some(pause) = self.read(number, tally).await? {
            sleep(pause).await;
        }
        Ok(())
    }

    /// Asks once, unless somebody was told to wait; remembers when to ask again. Says whether it asked.
    pub(crate) async fn try_once(&self, number: usize, tally: &mut Tally) -> Result<bool> {
        let not_before = &self.known[number].not_before;
        if not_before.load(Ordering::Relaxed) > self.now() {
            return Ok(false);
        }
        let answer = timeout(PATIENCE, self.read(number, tally)).await;
        tally.given_up += u64::from(answer.is_err());
        let pause = answer.unwrap_or(Ok(Some(PATIENCE)))?;
        if let Some(pause) = pause {
            let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            not_before.fetch_max(self.now().saturating_add(pause), Ordering::Relaxed);
        }
        Ok(true)
    }

    /// One call. Says how long to wait before the next one, if that helps.
    async fn read(&self, number: usize, tally: &mut Tally) -> Result<Option<Duration>> {
        let known = &self.known[number].generation;
        let newest = known.load(Ordering::SeqCst);
        let began = Instant::now();
        let answer = sellers::request(&self.provider, number)?.read().await;
        tally.took(began.elapsed());
        Ok(match answer {
            Ok(credential) => {
                let generation = credential.generation().as_i64();
                tally.reads += 1;
                tally.stale += u64::from(generation < newest);
                let before = known.fetch_max(generation, Ordering::SeqCst);
                tally.renewals += u64::from(before < generation);
                None
            }
            Err(error) => tally.failed(&error),
        })
    }

    pub(crate) async fn shutdown(self) {
        self.provider.shutdown().await;
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
