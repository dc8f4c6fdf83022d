use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{AccountId, ConnectionId, Marketplace, TenantScope};

/// What marketplaces pushed to us, and whom it concerns. They know accounts, not tenants.
#[async_trait]
pub trait WebhookRepository: Send + Sync {
    /// Whether a delivery of this name was dealt with before.
    async fn is_known(&self, marketplace: Marketplace, id: &str) -> Result<bool, StorageError>;

    /// Notes that it was. Doing it again does nothing.
    async fn remember(
        &self,
        marketplace: Marketplace,
        id: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;

    /// Maintenance, all tenants: the living connections of an account.
    async fn connections_of(
        &self,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> Result<Vec<(TenantScope, ConnectionId)>, StorageError>;

    /// Maintenance: forgets deliveries from before `before`; returns how many.
    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StorageError>;
}
