use async_trait::async_trait;
use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId,
    ports::{DataKeyRepository, KnownMasterKey, StorageError, WrappedDataKey},
};

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
    rows::known_master_keys,
};

#[async_trait]
impl DataKeyRepository for Database {
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        point_read!(self, data_keys::active(organization))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn find(
        &self,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        point_read!(self, data_keys::find(organization, id))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError> {
        transaction!(self, data_keys::insert_first(&key)).map_err(|failure| self.explain(failure))
    }

    async fn rewrap(
        &self,
        key: WrappedDataKey,
        expected: &MasterKeyId,
    ) -> Result<bool, StorageError> {
        let expected = expected.clone();
        transaction!(self, data_keys::rewrap(&key, &expected))
            .map_err(|failure| self.explain(failure))
    }

    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError> {
        known_master_keys(long_read!(self, data_keys::master_keys())?)
    }
}
