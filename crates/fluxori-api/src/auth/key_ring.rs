//! The identity provider's keys, fetched when needed and not more often than that.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clock, telemetry::events};
use tokio::sync::Mutex;
use url::Url;

use super::{
    TokenError,
    jwk::{KeySet, LONGEST_SET},
    jws::Compact,
};
use crate::IdentityHttp;

/// Shortest time between two fetches, however many unknown keys are named meanwhile.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The same while no fetch has succeeded yet and nobody can log in.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// Age at which keys are fetched anew even if they still work, so that withdrawn ones go.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long one fetch may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// The present keys and how to get newer ones.
pub(super) struct KeyRing {
    url: Url,
    source: Arc<dyn IdentityHttp>,
    clock: Arc<dyn Clock>,
    present: RwLock<Option<Present>>,
    /// When the latest fetch began. Held during a fetch, so that there is one at a time.
    last_attempt: Mutex<Option<DateTime<Utc>>>,
}

#[derive(Clone)]
struct Present {
    keys: Arc<KeySet>,
    fetched_at: DateTime<Utc>,
}

impl KeyRing {
    pub(super) fn new(url: Url, source: Arc<dyn IdentityHttp>, clock: Arc<dyn Clock>) -> Self {
        Self {
            url,
            source,
            clock,
            present: RwLock::new(None),
            last_attempt: Mutex::new(None),
        }
    }

    /// Checks the signature of a token, after a fetch if it names a key that is not known.
    pub(super) async fn verify(self: &Arc<Self>, compact: &Compact<'_>) -> Result<(), TokenError> {
        if let Some(present) = self.present()
            && present.keys.knows(compact)
        {
            if present.fetched_at + FRESH_FOR < self.clock.now() && self.may_refresh() {
                let ring = Arc::clone(self);
                tokio::spawn(async move { ring.refresh().await });
            }
            return present.keys.verify(compact);
        }
        self.refresh().await;
        match self.present() {
            Some(present) => present.keys.verify(compact),
            None => Err(TokenError::KeysUnavailable),
        }
    }

    /// Fetches the keys unless that was tried a moment ago. What does not arrive leaves the present keys in force.
    async fn refresh(&self) {
        let mut last_attempt = self.last_attempt.lock().await;
        let now = self.clock.now();
        if !self.is_due(*last_attempt, now) {
            return;
        }
        *last_attempt = Some(now);
        let fetch = self.source.fetch(&self.url, LONGEST_SET);
        let bytes = match tokio::time::timeout(DEADLINE, fetch).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => {
                let cause = &error.cause;
                tracing::warn!(
                    event = events::IDENTITY_KEYS_KEPT,
                    %error,
                    %cause,
                    "the present keys stay in force"
                );
                return;
            }
            Err(_) => {
                tracing::warn!(
                    event = events::IDENTITY_KEYS_KEPT,
                    "the key set did not arrive in time; the present keys stay in force"
                );
                return;
            }
        };
        let Some(keys) = KeySet::parse(&bytes) else {
            tracing::warn!(
                event = events::IDENTITY_KEYS_KEPT,
                "the answer is no key set with usable keys; the present keys stay in force"
            );
            return;
        };
        tracing::info!(
            event = events::IDENTITY_KEYS_FETCHED,
            keys = keys.len(),
            "fetched the identity provider's keys"
        );
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        *present = Some(Present {
            keys: Arc::new(keys),
            fetched_at: now,
        });
    }

    /// Whether nobody is fetching, or was a moment ago.
    fn may_refresh(&self) -> bool {
        let last_attempt = self.last_attempt.try_lock();
        last_attempt.is_ok_and(|last| self.is_due(*last, self.clock.now()))
    }

    fn is_due(&self, last_attempt: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        let pause = if self.present().is_some() {
            PAUSE
        } else {
            FIRST_PAUSE
        };
        last_attempt.is_none_or(|last| last + pause <= now)
    }

    fn present(&self) -> Option<Present> {
        self.present
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
