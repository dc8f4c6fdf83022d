use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Credential, CredentialId, DataKeyId, MasterKeyId, OrganizationId, UserId,
    ports::{KeyMaintenance, Resealed, SealedCount, StorageError, WrappedBy, WrappedDataKey},
};

use crate::{
    Database,
    dispatch::{long_read, transaction},
};

#[async_trait]
impl KeyMaintenance for Database {
    async fn wrapped(
        &self,
        by: &WrappedBy,
        after: Option<&WrappedDataKey>,
        limit: u16,
    ) -> Result<Vec<WrappedDataKey>, StorageError> {
        let (by, after) = (by.clone(), after.cloned());
        let rows = long_read!(self, keys::wrapped(&by, after.as_ref(), limit))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn count_wrapped(&self, by: &WrappedBy) -> Result<u64, StorageError> {
        let by = by.clone();
        Ok(long_read!(self, keys::count_wrapped(&by))?.unsigned_abs())
    }

    async fn organizations(
        &self,
        after: Option<&OrganizationId>,
        limit: u16,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        let after = after.cloned();
        let rows = long_read!(self, keys::organizations(after.as_ref(), limit))?;
        rows.into_iter()
            .map(|name| {
                OrganizationId::new(name.clone()).map_err(|_| StorageError::Inconsistent {
                    table: "data_keys",
                    column: "organization_id",
                    row: name,
                })
            })
            .collect()
    }

    async fn inactive(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WrappedDataKey>, StorageError> {
        let organization = organization.clone();
        let rows = long_read!(self, keys::inactive(&organization))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn activate(
        &self,
        new: WrappedDataKey,
        instead_of: &DataKeyId,
    ) -> Result<bool, StorageError> {
        let instead_of = instead_of.clone();
        transaction!(self, keys::activate(&new, &instead_of))
            .map_err(|failure| self.explain(failure))
    }

    async fn sealed_by_others(
        &self,
        organization: &OrganizationId,
        than: &DataKeyId,
        after: Option<&(UserId, CredentialId)>,
        limit: u16,
    ) -> Result<Vec<Credential>, StorageError> {
        let (organization, than) = (organization.clone(), than.clone());
        let after = after.cloned();
        let rows = long_read!(
            self,
            keys::sealed_by_others(&organization, &than, after.as_ref(), limit)
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn count_sealed(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<SealedCount, StorageError> {
        let organization = organization.cloned();
        let organization = organization.map(String::from);
        Ok(long_read!(self, keys::count_sealed(organization.as_deref()))?.into())
    }

    async fn reseal(
        &self,
        organization: &OrganizationId,
        by: &DataKeyId,
        secrets: Vec<Resealed>,
    ) -> Result<u64, StorageError> {
        let (organization, by) = (organization.clone(), by.clone());
        let changed = transaction!(self, keys::reseal(&organization, &by, &secrets));
        let changed = changed.map_err(|failure| self.explain(failure))?;
        Ok(changed as u64)
    }

    async fn drop_unused(
        &self,
        organization: &OrganizationId,
        key: &DataKeyId,
    ) -> Result<bool, StorageError> {
        let (organization, key) = (organization.clone(), key.clone());
        transaction!(self, keys::drop_unused(&organization, &key))
            .map_err(|failure| self.explain(failure))
    }

    async fn withdraw(&self, key: &MasterKeyId, at: DateTime<Utc>) -> Result<u64, StorageError> {
        let key = key.clone();
        let wrapped = transaction!(self, keys::withdraw(&key, at));
        let wrapped = wrapped.map_err(|failure| self.explain(failure))?;
        Ok(wrapped.unsigned_abs())
    }
}
