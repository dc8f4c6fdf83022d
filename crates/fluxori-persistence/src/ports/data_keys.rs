use async_trait::async_trait;
use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId,
    ports::{DataKeyRepository, StorageError, WrappedDataKey},
};

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
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

    async fn count_by_master_key(&self) -> Result<Vec<(MasterKeyId, u64)>, StorageError> {
        let rows = long_read!(self, data_keys::count_by_master_key())?;
        rows.into_iter()
            .map(|(master_key, example, count)| {
                let id = MasterKeyId::new(&master_key).map_err(|_| StorageError::Inconsistent {
                    table: "data_keys",
                    column: "master_key_id",
                    row: example.unwrap_or_default(),
                })?;
                Ok((id, count.unsigned_abs()))
            })
            .collect()
    }
}
