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
    /// [`StorageError::Conflict`] when none is active and this very key was the active one before;
    /// [`StorageError::WithdrawnKey`] when its master key was withdrawn.
    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError>;

    /// Replaces the wrapping of a key, if its master key is still `expected`; `false` when it is not.
    ///
    /// # Errors
    /// [`StorageError::WithdrawnKey`] when the new master key was withdrawn.
    async fn rewrap(
        &self,
        key: WrappedDataKey,
        expected: &MasterKeyId,
    ) -> Result<bool, StorageError>;

    /// All tenants: the master keys that the database knows, by name. Asked at every start.
    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError>;
}

/// What the database knows of one master key: that data keys need it, or that nothing may need it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMasterKey {
    /// The key.
    pub id: MasterKeyId,
    /// How many data keys it wraps.
    pub data_keys: u64,
    /// When the oldest of them was made.
    pub oldest: Option<DateTime<Utc>>,
    /// Since when nothing may be wrapped by it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}
