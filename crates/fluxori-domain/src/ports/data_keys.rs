use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{DataKeyId, MasterKeyId, OrganizationId};

/// An organization's data key, wrapped by a master key: what the database holds of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedDataKey {
    /// The data key.
    pub id: DataKeyId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The master key that wraps it.
    pub master_key: MasterKeyId,
    /// The wrapped key, in the vault's own format.
    pub wrapped: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Wrapped data keys by organization; one is active, the others open what they once sealed.
#[async_trait]
pub trait DataKeyRepository: Send + Sync {
    /// The key that seals new values.
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<WrappedDataKey>, StorageError>;

    /// A key by name, active or not.
    async fn find(
        &self,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError>;

    /// Stores a first key as the active one, unless another was faster, and returns the one that is active now.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when none is active and this very key was the active one before.
    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError>;

    /// Replaces the wrapping of a key, if its master key is still `expected`; `false` when it is not.
    async fn rewrap(
        &self,
        key: WrappedDataKey,
        expected: &MasterKeyId,
    ) -> Result<bool, StorageError>;

    /// Maintenance, all tenants: how many data keys each master key wraps.
    async fn count_by_master_key(&self) -> Result<Vec<(MasterKeyId, u64)>, StorageError>;
}
