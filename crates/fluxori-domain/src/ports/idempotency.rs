use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{ConnectionId, Fingerprint, IdempotencyKey, TenantScope};

/// What is known about an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// Nobody used it: it is now reserved for this request.
    Fresh,
    /// The same request is being worked on.
    InFlight,
    /// The same request made this connection.
    Done(ConnectionId),
    /// The key came with another request before.
    OtherRequest,
}

/// Keys that callers gave to their requests. Completed by [`super::ConnectionRepository::insert`], in its transaction.
#[async_trait]
pub trait IdempotencyRepository: Send + Sync {
    /// Reserves the key until `expires_at`, by one atomic statement. A reservation or completion that has expired at
    /// `now` counts as absent.
    async fn reserve(
        &self,
        scope: &TenantScope,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<Reservation, StorageError>;

    /// Gives up a reservation, because the request failed and may be sent again. A completed one stays.
    async fn release(&self, scope: &TenantScope, key: &IdempotencyKey) -> Result<(), StorageError>;

    /// Maintenance, all tenants: forgets what expired before `now`; returns how many.
    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError>;
}
