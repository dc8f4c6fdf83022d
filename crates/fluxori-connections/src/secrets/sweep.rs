use std::{collections::HashSet, time::Duration};

use chrono::TimeDelta;
use fluxori_domain::{
    CredentialId, TenantScope,
    ports::{LooseSecret, Sentence},
    telemetry::events,
};
use futures_util::{StreamExt as _, stream};

use crate::{ConnectionError, Connections};

/// How many entries one pass looks at.
const BATCH: u16 = 100;

/// How many are settled at once.
const AT_ONCE: usize = 8;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sweep {
    /// Entries of the ledger that are settled.
    pub settled: usize,
    /// Entries that are due and could not be settled yet.
    pub left: usize,
}

impl Connections {
    /// Maintenance, all tenants: destroys what stores keep outside the database and no row holds any more. May be called at
    /// any time, in any number of processes.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say what there is.
    pub async fn sweep(&self) -> Result<Sweep, ConnectionError> {
        let mut sweep = Sweep::default();
        let mut left = HashSet::new();
        loop {
            // Those that could not be settled come first again, and must not hide the others.
            let limit = u16::try_from(left.len()).unwrap_or(u16::MAX);
            let due = self
                .ports
                .ledger
                .due(self.now(), BATCH.saturating_add(limit));
            let mut due = due.await?;
            due.retain(|entry| !left.contains(&entry.id));
            let (mut count, mut unavailable) = (0, 0);
            let mut settling = stream::iter(due)
                .map(|entry| self.settle_owned(entry))
                .buffer_unordered(AT_ONCE);
            while let Some((entry, settled)) = settling.next().await {
                count += 1;
                match settled {
                    Ok(true) => sweep.settled += 1,
                    Ok(false) => drop(left.insert(entry.id)),
                    Err(error) => {
                        tracing::warn!(
                            event = events::SECRET_KEPT,
                            credential = %entry.credential,
                            %error,
                            "a secret is not destroyed yet"
                        );
                        unavailable += usize::from(error.is_transient());
                        left.insert(entry.id);
                    }
                }
            }
            sweep.left = left.len();
            // When nothing is to be had, the others fare no better.
            if count == unavailable {
                return Ok(sweep);
            }
        }
    }

    /// Whether nothing is left to be destroyed now or within this time.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn is_swept(&self, within: Duration) -> Result<bool, ConnectionError> {
        let by = self.now() + TimeDelta::from_std(within).unwrap_or(TimeDelta::MAX);
        Ok(self.ports.ledger.due(by, 1).await?.is_empty())
    }

    /// Destroys what is left of a credential now, as far as it is due; housekeeping does the rest.
    pub(crate) async fn sweep_credential(&self, scope: &TenantScope, credential: CredentialId) {
        match self.ports.ledger.of_credential(scope, credential).await {
            Ok(mut entries) => {
                let now = self.now();
                entries.retain(|entry| entry.due_at <= now);
                for entry in &entries {
                    if let Err(error) = self.settle(entry).await {
                        tracing::warn!(
                            event = events::SECRET_KEPT,
                            %credential,
                            %error,
                            "a secret is not destroyed yet"
                        );
                    }
                }
            }
            Err(error) => {
                tracing::warn!(
                    event = events::SECRET_KEPT,
                    %credential,
                    %error,
                    "a secret is not destroyed yet"
                );
            }
        }
    }

    /// [`Self::settle`] with an entry of one's own: a borrowed one would make the whole sweep a future that cannot be spawned.
    async fn settle_owned(
        &self,
        entry: LooseSecret,
    ) -> (LooseSecret, Result<bool, ConnectionError>) {
        let settled = self.settle(&entry).await;
        (entry, settled)
    }

    /// Settles an entry; `false` when a writer of the same credential is in the way.
    pub(super) async fn settle(&self, entry: &LooseSecret) -> Result<bool, ConnectionError> {
        let ledger = &self.ports.ledger;
        let Some(outside) = self.ports.secrets.outside(entry.backend)? else {
            ledger.forget(entry.id).await?;
            return Ok(true);
        };
        // Listed before the sentence: whatever was written for another entry was on the ledger by then.
        let listed = match entry.value {
            None => outside.values(entry.credential, &entry.place).await?,
            Some(_) => Vec::new(),
        };
        match ledger.condemn(entry).await? {
            Sentence::Gone => return Ok(true),
            Sentence::Busy => return Ok(false),
            Sentence::Everything => {
                outside
                    .destroy_place(entry.credential, &entry.place)
                    .await?;
            }
            Sentence::AllBut(spared) => {
                let condemned = listed.into_iter().map(|listed| listed.value);
                for value in condemned.chain(entry.value.clone()) {
                    if !spared.contains(&value) {
                        outside.destroy(entry.credential, &value).await?;
                    }
                }
            }
        }
        ledger.forget(entry.id).await?;
        Ok(true)
    }
}
