//! A secret store and its ledger that kill the process at a named step.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Backend, CredentialId, OrganizationId, Plaintext, SecretContext, StoredSecret, TenantScope,
    ports::{
        KnownSecret, LooseSecret, OutsidePage, OutsideStore, OutsideValue, Place, SecretLedger,
        SecretStore, SecretStoreError, Sentence, StorageError,
    },
};
use uuid::Uuid;

use crate::dying::Death;

pub(crate) struct DyingSecrets {
    pub(crate) real: Arc<dyn SecretStore>,
    pub(crate) death: Death,
}

#[async_trait]
impl SecretStore for DyingSecrets {
    fn backend(&self) -> Backend {
        self.real.backend()
    }

    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        place: Option<&Place>,
    ) -> Result<StoredSecret, SecretStoreError> {
        self.death.comes("before put");
        let result = self.real.put(context, plaintext, place).await;
        self.death.comes("after put");
        result
    }

    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError> {
        self.real.open(context, stored).await
    }

    async fn make_ready(
        &self,
        organization: &OrganizationId,
        beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError> {
        self.real.make_ready(organization, beside).await
    }

    fn outside(&self) -> Option<&dyn OutsideStore> {
        self.real.outside().map(|_| self as &dyn OutsideStore)
    }
}

impl DyingSecrets {
    fn real_outside(&self) -> &dyn OutsideStore {
        self.real.outside().expect("asked of a store that has one")
    }
}

#[async_trait]
impl OutsideStore for DyingSecrets {
    fn name_place(&self, credential: CredentialId) -> Result<Place, SecretStoreError> {
        self.real_outside().name_place(credential)
    }

    fn place_of(&self, credential: CredentialId, value: &str) -> Result<Place, SecretStoreError> {
        self.real_outside().place_of(credential, value)
    }

    async fn destroy(&self, credential: CredentialId, value: &str) -> Result<(), SecretStoreError> {
        self.death.comes("before destroy");
        let result = self.real_outside().destroy(credential, value).await;
        self.death.comes("after destroy");
        result
    }

    async fn destroy_place(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<(), SecretStoreError> {
        self.death.comes("before destroy_place");
        let result = self.real_outside().destroy_place(credential, place).await;
        self.death.comes("after destroy_place");
        result
    }

    async fn values(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<Vec<OutsideValue>, SecretStoreError> {
        self.death.waits("values").await;
        self.real_outside().values(credential, place).await
    }

    async fn list(&self, after: Option<String>) -> Result<OutsidePage, SecretStoreError> {
        self.real_outside().list(after).await
    }
}

/// A ledger that dies between its steps.
pub(crate) struct DyingLedger {
    pub(crate) real: Arc<dyn SecretLedger>,
    pub(crate) death: Death,
}

#[async_trait]
impl SecretLedger for DyingLedger {
    async fn installation(&self) -> Result<Uuid, StorageError> {
        self.real.installation().await
    }

    async fn begin(&self, entry: &LooseSecret) -> Result<(), StorageError> {
        self.death.comes("before naming");
        let result = self.real.begin(entry).await;
        self.death.comes("after naming");
        result
    }

    async fn written(&self, id: Uuid, value: &str) -> Result<bool, StorageError> {
        self.death.comes("before written");
        let result = self.real.written(id, value).await;
        self.death.comes("after written");
        result
    }

    async fn due(&self, now: DateTime<Utc>, limit: u16) -> Result<Vec<LooseSecret>, StorageError> {
        self.real.due(now, limit).await
    }

    async fn of_credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Vec<LooseSecret>, StorageError> {
        self.real.of_credential(scope, credential).await
    }

    async fn known(&self, credentials: &[CredentialId]) -> Result<Vec<KnownSecret>, StorageError> {
        self.real.known(credentials).await
    }

    async fn condemn(&self, entry: &LooseSecret) -> Result<Sentence, StorageError> {
        self.death.comes("before condemn");
        let result = self.real.condemn(entry).await;
        self.death.comes("after condemn");
        result
    }

    async fn forget(&self, id: Uuid) -> Result<(), StorageError> {
        self.death.comes("before forget");
        let result = self.real.forget(id).await;
        self.death.comes("after forget");
        result
    }
}
