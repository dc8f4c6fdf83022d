use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Fingerprint, IdempotencyKey, TenantScope,
    ports::{IdempotencyRepository, Reservation, StorageError},
};

use crate::{Database, dispatch::transaction, rows::KeyRow};

#[async_trait]
impl IdempotencyRepository for Database {
    async fn reserve(
        &self,
        scope: &TenantScope,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<Reservation, StorageError> {
        let wanted = KeyRow::reserved(scope, key, fingerprint, expires_at);
        transaction!(self, idempotency::reserve(&wanted, now))
            .map_err(|failure| self.explain(failure))
    }

    async fn release(&self, scope: &TenantScope, key: &IdempotencyKey) -> Result<(), StorageError> {
        let (scope, key) = (scope.clone(), key.clone());
        transaction!(self, idempotency::release(&scope, &key))
            .map_err(|failure| self.explain(failure))
    }

    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError> {
        let forgotten = transaction!(self, idempotency::purge(now));
        forgotten
            .map(|count| count as u64)
            .map_err(|failure| self.explain(failure))
    }
}
