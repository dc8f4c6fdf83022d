use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{StorageError, WrappedDataKey};
use crate::{
    Credential, CredentialId, DataKeyId, MasterKeyId, OrganizationId, StoredSecret, UserId,
};

/// Data keys and master keys of all tenants, as changing them needs it. No two of these calls depend on each other's
/// having finished: whoever is interrupted begins again, and two who do it at once do no harm.
#[async_trait]
pub trait KeyMaintenance: Send + Sync {
    /// Data keys by organization and name, from the one after `after`.
    async fn wrapped(
        &self,
        by: &WrappedBy,
        after: Option<&WrappedDataKey>,
        limit: u16,
    ) -> Result<Vec<WrappedDataKey>, StorageError>;

    /// How many data keys those are.
    async fn count_wrapped(&self, by: &WrappedBy) -> Result<u64, StorageError>;

    /// Organizations that have data keys, by name, from the one after `after`.
    async fn organizations(
        &self,
        after: Option<&OrganizationId>,
        limit: u16,
    ) -> Result<Vec<OrganizationId>, StorageError>;

    /// The data keys of an organization that only open what they once sealed, by name.
    async fn inactive(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WrappedDataKey>, StorageError>;

    /// Makes a new data key the active one, if `instead_of` is that now; `false` when it is not. That one goes on opening
    /// what it sealed.
    ///
    /// # Errors
    /// [`StorageError::WithdrawnKey`] when the master key of the new one was withdrawn.
    async fn activate(
        &self,
        new: WrappedDataKey,
        instead_of: &DataKeyId,
    ) -> Result<bool, StorageError>;

    /// Credentials of an organization that are sealed in the database by another data key than this one, by user and
    /// name, from the one after `after`.
    async fn sealed_by_others(
        &self,
        organization: &OrganizationId,
        than: &DataKeyId,
        after: Option<&(UserId, CredentialId)>,
        limit: u16,
    ) -> Result<Vec<Credential>, StorageError>;

    /// How many credentials of one organization, or of all, are sealed in the database, and how many of them by data keys
    /// that are not active.
    async fn count_sealed(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<SealedCount, StorageError>;

    /// Lets rows of one organization hold the same secrets, sealed by its active data key `by`. A row that does not hold
    /// what was seen any more is left alone: who changed it sealed by the active key. Nothing else of a row changes, its
    /// generation included. Returns how many rows changed.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when `by` is not the active key any more; then nothing was changed.
    async fn reseal(
        &self,
        organization: &OrganizationId,
        by: &DataKeyId,
        secrets: Vec<Resealed>,
    ) -> Result<u64, StorageError>;

    /// Deletes a data key that is not active and seals nothing; `false` when it is, or does. Whoever has sealed something
    /// by it and not stored it yet fails with [`StorageError::Conflict`], and seals anew.
    async fn drop_unused(
        &self,
        organization: &OrganizationId,
        key: &DataKeyId,
    ) -> Result<bool, StorageError>;

    /// Withdraws a master key for ever, unless it still wraps data keys: returns how many, and does nothing unless there
    /// are none.
    async fn withdraw(&self, key: &MasterKeyId, at: DateTime<Utc>) -> Result<u64, StorageError>;
}

/// Which data keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrappedBy {
    /// All.
    Any,
    /// Those that this master key wraps.
    Only(MasterKeyId),
    /// Those that another one wraps.
    AnyBut(MasterKeyId),
}

/// A secret that is sealed anew, and the row that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// What was seen.
    pub seen: Credential,
    /// What the row is to hold.
    pub secret: StoredSecret,
}

/// How many credentials are sealed in the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedCount {
    /// All.
    pub credentials: u64,
    /// Those that a data key seals that is not active.
    pub by_inactive: u64,
    /// Data keys that seal new values, one an organization.
    pub active_keys: u64,
    /// Data keys that only open what they once sealed.
    pub inactive_keys: u64,
}
