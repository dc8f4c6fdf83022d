use std::{fmt, sync::Arc};

use async_trait::async_trait;
use fluxori_domain::{
    Backend, Clock, DataKeyId, OrganizationId, Plaintext, SecretContext, StoredSecret,
    ports::{DataKeyRepository, Place, SecretStore, SecretStoreError, WrappedDataKey},
};

use crate::{
    cache::{DataKeyCache, Use},
    data_key::DataKey,
    flights::Flights,
    sealed::SealedText,
    vault::{Vault, open_text},
};

/// The secret store whose sealed values lie in the credential's own row.
///
/// Makes an organization's data key when it seals its first value, and remembers opened keys: for five minutes to open
/// values, for ten to seal them. A service that keeps the master key is asked only for keys that are not remembered, and
/// once for all who want the same key at that moment.
pub struct VaultStore {
    vault: Arc<Vault>,
    keys: Arc<dyn DataKeyRepository>,
    clock: Arc<dyn Clock>,
    cache: Arc<DataKeyCache>,
    flights: Flights,
}

impl VaultStore {
    /// A store that keeps wrapped data keys in `keys`.
    #[must_use]
    pub fn new(vault: Arc<Vault>, keys: Arc<dyn DataKeyRepository>, clock: Arc<dyn Clock>) -> Self {
        Self {
            vault,
            keys,
            clock,
            cache: Arc::new(DataKeyCache::new()),
            flights: Flights::default(),
        }
    }

    /// The key that seals new values. Asked of the repository every time: a key that is no longer active must not
    /// seal anything more, and sealing is rare.
    async fn active(
        &self,
        organization: &OrganizationId,
        wanted: Use,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        match self.keys.active(organization).await? {
            Some(row) => self.ready(organization, &row, wanted).await,
            None => self.make_first(organization).await,
        }
    }

    async fn make_first(
        &self,
        organization: &OrganizationId,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        let now = self.clock.now();
        let (made, row) = self.vault.make_data_key(organization, now).await?;
        let stored = self.keys.insert_first(row).await?;
        if stored.id != *made.id() {
            // Somebody else was faster; the key made here was never used.
            return self.ready(organization, &stored, Use::Open).await;
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
        if let Some(key) = self
            .cache
            .find(id, organization, self.clock.now(), Use::Open)
        {
            return Ok(key);
        }
        let id = DataKeyId::new(id).map_err(|_| SecretStoreError::DoesNotOpen)?;
        match self.keys.find(organization, &id).await? {
            Some(row) => self.ready(organization, &row, Use::Open).await,
            None => Err(SecretStoreError::DoesNotOpen),
        }
    }

    /// Opens a data key, unless that was done a moment ago or is being done.
    async fn ready(
        &self,
        organization: &OrganizationId,
        row: &WrappedDataKey,
        wanted: Use,
    ) -> Result<Arc<DataKey>, SecretStoreError> {
        let now = self.clock.now();
        if let Some(key) = self.cache.find(row.id.as_str(), organization, now, wanted) {
            return Ok(key);
        }
        if row.organization != *organization {
            return Err(SecretStoreError::DoesNotOpen);
        }
        self.flights
            .join(row, || {
                let (vault, cache) = (Arc::clone(&self.vault), Arc::clone(&self.cache));
                let row = row.clone();
                async move {
                    let key = Arc::new(vault.open_data_key(&row.organization, &row).await?);
                    // Since it was asked for: waiting for the answer must not lengthen its life.
                    cache.keep(&key, now);
                    Ok(key)
                }
            })
            .await
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
        let key = self.active(&context.organization, Use::Seal).await?;
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

    async fn make_ready(
        &self,
        organization: &OrganizationId,
        _beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError> {
        // As fresh as for opening: then it serves to seal for five minutes at least.
        self.active(organization, Use::Open).await.map(drop)
    }
}

impl fmt::Debug for VaultStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultStore")
            .field("vault", &self.vault)
            .finish_non_exhaustive()
    }
}
