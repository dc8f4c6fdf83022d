use std::time::Duration;

use chrono::TimeDelta;
use fluxori_domain::{
    CredentialId, TenantScope,
    ports::{LooseSecret, Sentence},
};

use crate::{ConnectionError, Connections};

/// How many entries one pass looks at.
const BATCH: u16 = 100;

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
        loop {
            let due = self.ports.ledger.due(self.now(), BATCH).await?;
            let settled = self.settle_all(&due).await;
            sweep.settled += settled;
            if due.len() < usize::from(BATCH) || settled == 0 {
                sweep.left = due.len() - settled;
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
                self.settle_all(&entries).await;
            }
            Err(error) => tracing::warn!(%credential, %error, "a secret is not destroyed yet"),
        }
    }

    async fn settle_all(&self, entries: &[LooseSecret]) -> usize {
        let mut settled = 0;
        for entry in entries {
            match self.settle(entry).await {
                Ok(true) => settled += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(credential = %entry.credential, %error, "a secret is not destroyed yet");
                }
            }
        }
        settled
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
