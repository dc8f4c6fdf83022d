use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{Backend, Credential, CredentialId, DataKeyId, OrganizationId, StoredSecret};

/// Where secrets live, over all tenants, and their moving from one store to another.
#[async_trait]
pub trait SecretMoves: Send + Sync {
    /// Credentials whose secret lives in this store, by id, from the one after `after`.
    async fn residents(
        &self,
        backend: Backend,
        organization: Option<&OrganizationId>,
        after: Option<CredentialId>,
        limit: u16,
    ) -> Result<Vec<Credential>, StorageError>;

    /// How many credentials live in this store.
    async fn count(
        &self,
        backend: Backend,
        organization: Option<&OrganizationId>,
    ) -> Result<u64, StorageError>;

    /// Lets a credential's row hold the same secret in another store, if it still has the generation and the stored
    /// value given; `false` when it has not. The generation stays. `at` is now: the old
    /// value stays for [`LooseSecret::GRACE`](super::LooseSecret::GRACE) after it.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the new value was condemned meanwhile.
    async fn relocate(
        &self,
        credential: &Credential,
        to: &StoredSecret,
        at: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// How many credentials live where, by store and data key.
    async fn census(&self) -> Result<Vec<SecretCount>, StorageError>;
}

/// How many credentials live in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretCount {
    /// The store.
    pub backend: Backend,
    /// The data key that seals them, in the database.
    pub data_key: Option<DataKeyId>,
    /// How many.
    pub credentials: u64,
}
