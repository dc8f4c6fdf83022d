use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    CredentialId, TenantScope,
    ports::{KnownSecret, LooseSecret, SecretLedger, Sentence, StorageError},
};
use uuid::Uuid;

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
    rows::known,
    types::Key,
};

#[async_trait]
impl SecretLedger for Database {
    async fn installation(&self) -> Result<Uuid, StorageError> {
        Ok(point_read!(self, ledger::installation())?.0)
    }

    async fn begin(&self, entry: &LooseSecret) -> Result<(), StorageError> {
        let entry = entry.clone();
        transaction!(self, ledger::begin(&entry)).map_err(|failure| self.explain(failure))
    }

    async fn written(&self, id: Uuid, value: &str) -> Result<bool, StorageError> {
        let value = value.to_owned();
        transaction!(self, ledger::written(id, &value)).map_err(|failure| self.explain(failure))
    }

    async fn due(&self, now: DateTime<Utc>, limit: u16) -> Result<Vec<LooseSecret>, StorageError> {
        let rows = long_read!(self, ledger::due(now, limit))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn of_credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Vec<LooseSecret>, StorageError> {
        let rows = point_read!(self, ledger::of_credential(scope, credential))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn known(&self, credentials: &[CredentialId]) -> Result<Vec<KnownSecret>, StorageError> {
        let keys: Vec<_> = credentials.iter().map(|id| Key(*id.as_uuid())).collect();
        known(long_read!(self, ledger::known(&keys))?)
    }

    async fn condemn(&self, entry: &LooseSecret) -> Result<Sentence, StorageError> {
        let entry = entry.clone();
        transaction!(self, ledger::condemn(&entry)).map_err(|failure| self.explain(failure))
    }

    async fn forget(&self, id: Uuid) -> Result<(), StorageError> {
        transaction!(self, ledger::forget(id)).map_err(|failure| self.explain(failure))
    }
}
