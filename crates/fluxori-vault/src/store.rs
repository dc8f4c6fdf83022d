use std::{fmt, sync::Arc};

use async_trait::async_trait;
use fluxori_domain::{
    Backend, Clock, DataKeyId, OrganizationId, Plaintext, SecretContext, StoredSecret,
    ports::{DataKeyRepository, Place, SecretStore, SecretStoreError, WrappedDataKey},
};

use crate::{
    cache::DataKeyCache,
    data_key::DataKey,
    sealed::SealedText,
    vault::{Vault, open_text},
};

/// The secret store whose sealed values lie in the credential's own row.
///
/// Makes an organization's data key when it seals its first value, and remembers opened keys for five minutes.
pub struct VaultStore {
    vault: Arc<Vault>,
    keys: Arc<dyn DataKeyRepository>,
    clock: Arc<dyn Clock>,
    cache: DataKeyCache,
}

impl VaultStore {
    /// A store that keeps wrapped data keys in `keys`.
    #[must_use]
    pub fn new(vault: Arc<Vault>, keys: Arc<dyn DataKeyRepository>, clock: Arc<dyn Clock>) -> Self {
        Self {
            vault,
            keys,
            clock,
            cache: DataKeyCache::new(),
        }
    }

    /// The key that seals new values. Asked of the repository every time: a key that is no longer active must not
    /// seal anything more, and sealing is rare.
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        match self.keys.active(organization).await? {
            Some(row) => self.ready(organization, &row),
            None => self.make_first(organization).await,
        }
    }

    async fn make_first(
        &self,
        organization: &OrganizationId,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        let now = self.clock.now();
        let (made, row) = self.vault.make_data_key(organization, now);
        let stored = self.keys.insert_first(row).await?;
        if stored.id != *made.id() {
            // Somebody else was faster; the key made here was never used.
            return self.ready(organization, &stored);
        }
        let key = Arc::new(made);
        self.cache.keep(&key, now);
        Ok(key)
    }

    async fn find(
        &self,
        organization: &OrganizationId,
        id: &str,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        if let Some(key) = self.cache.find(id, organization, self.clock.now()) {
            return Ok(key);
        }
        let id = DataKeyId::new(id).map_err(|_| SecretStoreError::DoesNotOpen)?;
        match self.keys.find(organization, &id).await? {
            Some(row) => self.ready(organization, &row),
            None => Err(SecretStoreError::DoesNotOpen),
        }
    }

    /// Opens a data key, unless that was done a moment ago.
    fn ready(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        let now = self.clock.now();
        if let Some(key) = self.cache.find(row.id.as_str(), organization, now) {
            return Ok(key);
        }
        let key = Arc::new(self.vault.open_data_key(organization, row)?);
        self.cache.keep(&key, now);
        Ok(key)
    }
}

#[async_trait]
impl SecretStore for VaultStore {
    fn backend(&self) -> Backend {
        Backend::Database
    }

    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        _place: Option<&Place>,
    ) -> Result<StoredSecret, SecretStoreError> {
        let key = self.active(&context.organization).await?;
        Ok(StoredSecret {
            backend: self.backend(),
            value: self.vault.seal(&key, context, plaintext)?,
        })
    }

    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError> {
        if stored.backend != self.backend() {
            return Err(SecretStoreError::DoesNotOpen);
        }
        let text = SealedText::parse(&stored.value)?;
        let key = self.find(&context.organization, text.data_key).await?;
        open_text(&key, context, &text)
    }
}

impl fmt::Debug for VaultStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultStore")
            .field("vault", &self.vault)
            .finish_non_exhaustive()
    }
}
