use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, Credential, CredentialId, Generation, Marketplace, OutcomeClass, TenantScope,
    ports::{
        Begun, CredentialChange, RefreshDue, RefreshIntent, RefreshLease, RefreshProgress,
        RefreshRepository, StorageError,
    },
};

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
    rows::{due, progress},
};

#[async_trait]
impl RefreshRepository for Database {
    async fn begin(&self, intent: RefreshIntent) -> Result<Begun, StorageError> {
        match transaction!(self, refreshes::begin(&intent)) {
            // The credential was removed between two statements.
            Err(failure) if failure.is_reference_violation() => Ok(Begun::Moved),
            result => result.map_err(|failure| self.explain(failure)),
        }
    }

    async fn progress(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
        now: DateTime<Utc>,
    ) -> Result<Option<RefreshProgress>, StorageError> {
        point_read!(self, refreshes::progress(scope, credential))?
            .map(|found| progress(found, now))
            .transpose()
    }

    async fn complete(
        &self,
        lease: &RefreshLease,
        change: CredentialChange,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        let lease = lease.clone();
        transaction!(self, refreshes::complete(&lease, &change, &event))
            .map_err(|failure| self.explain(failure))
    }

    async fn fail(
        &self,
        lease: &RefreshLease,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let lease = lease.clone();
        transaction!(self, refreshes::fail(&lease, class, retry_at))
            .map_err(|failure| self.explain(failure))
    }

    async fn condemn(
        &self,
        lease: &RefreshLease,
        expected: Generation,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<bool, StorageError> {
        let lease = lease.clone();
        transaction!(
            self,
            refreshes::condemn(&lease, expected, class, retry_at, &event)
        )
        .map_err(|failure| self.explain(failure))
    }

    async fn credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Option<Credential>, StorageError> {
        point_read!(self, refreshes::credential(scope, credential))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn interrupted(
        &self,
        marketplace: Marketplace,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError> {
        due(long_read!(
            self,
            refreshes::interrupted(marketplace, now, limit)
        )?)
    }

    async fn idle(
        &self,
        marketplace: Marketplace,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError> {
        due(long_read!(
            self,
            refreshes::idle(marketplace, before, now, limit)
        )?)
    }
}
