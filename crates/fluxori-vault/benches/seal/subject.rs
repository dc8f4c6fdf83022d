use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    CredentialId, DataKeyId, Generation, Marketplace, MasterKeyId, OrganizationId, Plaintext,
    SecretContext, StoredSecret, SystemClock,
    ports::{DataKeyRepository, KnownMasterKey, SecretStore, StorageError, WrappedDataKey},
};
use fluxori_vault::{DataKey, Keyring, Vault, VaultStore, make_master_key_text};

/// One organization's document, and everything that seals and opens it.
pub(crate) struct Subject {
    vault: Arc<Vault>,
    key: DataKey,
    context: SecretContext,
    document: Plaintext,
    store: VaultStore,
    stored: StoredSecret,
}

impl Subject {
    pub(crate) fn new(document: &[u8]) -> Self {
        let keyring =
            Keyring::parse(Some(&make_master_key_text()), None).expect("a new key is accepted");
        let vault = Arc::new(Vault::new(keyring));
        let organization = OrganizationId::new("org_01HZX3").expect("an id");
        let made = vault.make_data_key(&organization, DateTime::UNIX_EPOCH);
        let (key, row) = at_once(made).expect("the master key is local");
        let context = SecretContext {
            organization,
            credential: CredentialId::make(DateTime::<Utc>::UNIX_EPOCH),
            marketplace: Marketplace::Shopify,
            generation: Generation::FIRST,
        };
        let store = VaultStore::new(
            Arc::clone(&vault),
            Arc::new(OneKey(row)),
            Arc::new(SystemClock),
        );
        let document = Plaintext::new(document.to_vec().into());
        let stored = at_once(store.put(&context, &document, None)).expect("it seals");
        Self {
            vault,
            key,
            context,
            document,
            store,
            stored,
        }
    }

    pub(crate) fn seal(&self) -> String {
        self.vault
            .seal(&self.key, &self.context, &self.document)
            .expect("it seals")
    }

    pub(crate) fn open(&self, sealed: &str) -> Plaintext {
        self.vault
            .open(&self.key, &self.context, sealed)
            .expect("it opens")
    }

    pub(crate) fn open_through_store(&self) -> Plaintext {
        at_once(self.store.open(&self.context, &self.stored)).expect("it opens")
    }
}

/// Finishes a future that never waits, without the cost of a runtime.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the key is in memory"),
    }
}

/// A repository of the one key.
struct OneKey(WrappedDataKey);

#[async_trait]
impl DataKeyRepository for OneKey {
    async fn active(&self, _: &OrganizationId) -> Result<Option<WrappedDataKey>, StorageError> {
        Ok(Some(self.0.clone()))
    }

    async fn find(
        &self,
        _: &OrganizationId,
        _: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        Ok(Some(self.0.clone()))
    }

    async fn insert_first(&self, _: WrappedDataKey) -> Result<WrappedDataKey, StorageError> {
        Ok(self.0.clone())
    }

    async fn rewrap(&self, _: WrappedDataKey, _: &MasterKeyId) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError> {
        Ok(Vec::new())
    }
}
