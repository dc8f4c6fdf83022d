use async_trait::async_trait;
use fluxori_domain::{
    CredentialId,
    ports::{OutsidePage, OutsideStore, OutsideValue, Place, SecretStoreError},
};

use super::ObservedStore;

impl ObservedStore {
    fn beyond(&self) -> &dyn OutsideStore {
        let outside = self.inner.outside();
        outside.expect("it is only asked for when it is there")
    }
}

#[async_trait]
impl OutsideStore for ObservedStore {
    fn name_place(&self, credential: CredentialId) -> Result<Place, SecretStoreError> {
        self.beyond().name_place(credential)
    }

    fn place_of(&self, credential: CredentialId, value: &str) -> Result<Place, SecretStoreError> {
        self.beyond().place_of(credential, value)
    }

    async fn destroy(&self, credential: CredentialId, value: &str) -> Result<(), SecretStoreError> {
        self.observe("destroy", self.beyond().destroy(credential, value))
            .await
    }

    async fn destroy_place(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<(), SecretStoreError> {
        let work = self.beyond().destroy_place(credential, place);
        self.observe("destroy_place", work).await
    }

    async fn values(
        &self,
        credential: CredentialId,
        place: &str,
    ) -> Result<Vec<OutsideValue>, SecretStoreError> {
        self.observe("values", self.beyond().values(credential, place))
            .await
    }

    async fn list(&self, after: Option<String>) -> Result<OutsidePage, SecretStoreError> {
        self.observe("list", self.beyond().list(after)).await
    }
}
