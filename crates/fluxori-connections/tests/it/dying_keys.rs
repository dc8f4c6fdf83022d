//! Data keys whose keeper kills the process at a named step.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Credential, CredentialId, DataKeyId, MasterKeyId, OrganizationId, UserId,
    ports::{
        DataKeyRepository, KeyMaintenance, KnownMasterKey, Resealed, SealedCount, StorageError,
        WrappedBy, WrappedDataKey,
    },
};
use fluxori_persistence::Database;

use crate::dying::Death;

/// Every step of changing keys.
pub(crate) const MOMENTS_OF_KEYS: &[&str] = &[
    "before rewrap",
    "after rewrap",
    "before activate",
    "after activate",
    "before reseal",
    "after reseal",
    "before drop",
    "after drop",
    "before withdraw",
    "after withdraw",
];

pub(crate) struct DyingKeys {
    pub(crate) real: Arc<Database>,
    pub(crate) death: Death,
}

impl DyingKeys {
    fn keys(&self) -> &dyn DataKeyRepository {
        &*self.real
    }
}

#[async_trait]
impl DataKeyRepository for DyingKeys {
    async fn active(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        self.keys().active(organization).await
    }

    async fn find(
        &self,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<Option<WrappedDataKey>, StorageError> {
        self.keys().find(organization, id).await
    }

    async fn insert_first(&self, key: WrappedDataKey) -> Result<WrappedDataKey, StorageError> {
        self.keys().insert_first(key).await
    }

    async fn rewrap(
        &self,
        key: WrappedDataKey,
        expected: &MasterKeyId,
    ) -> Result<bool, StorageError> {
        self.death.comes("before rewrap");
        let result = self.keys().rewrap(key, expected).await;
        self.death.comes("after rewrap");
        result
    }

    async fn master_keys(&self) -> Result<Vec<KnownMasterKey>, StorageError> {
        self.keys().master_keys().await
    }
}

#[async_trait]
impl KeyMaintenance for DyingKeys {
    async fn wrapped(
        &self,
        by: &WrappedBy,
        after: Option<&WrappedDataKey>,
        limit: u16,
    ) -> Result<Vec<WrappedDataKey>, StorageError> {
        self.real.wrapped(by, after, limit).await
    }

    async fn count_wrapped(&self, by: &WrappedBy) -> Result<u64, StorageError> {
        self.real.count_wrapped(by).await
    }

    async fn organizations(
        &self,
        after: Option<&OrganizationId>,
        limit: u16,
    ) -> Result<Vec<OrganizationId>, StorageError> {
        self.real.organizations(after, limit).await
    }

    async fn inactive(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WrappedDataKey>, StorageError> {
        self.real.inactive(organization).await
    }

    async fn activate(
        &self,
        new: WrappedDataKey,
        instead_of: &DataKeyId,
    ) -> Result<bool, StorageError> {
        self.death.comes("before activate");
        let result = self.real.activate(new, instead_of).await;
        self.death.comes("after activate");
        result
    }

    async fn sealed_by_others(
        &self,
        organization: &OrganizationId,
        than: &DataKeyId,
        after: Option<&(UserId, CredentialId)>,
        limit: u16,
    ) -> Result<Vec<Credential>, StorageError> {
        let real = &self.real;
        real.sealed_by_others(organization, than, after, limit)
            .await
    }

    async fn count_sealed(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<SealedCount, StorageError> {
        self.real.count_sealed(organization).await
    }

    async fn reseal(
        &self,
        organization: &OrganizationId,
        by: &DataKeyId,
        secrets: Vec<Resealed>,
    ) -> Result<u64, StorageError> {
        self.death.comes("before reseal");
        let result = self.real.reseal(organization, by, secrets).await;
        self.death.comes("after reseal");
        result
    }

    async fn drop_unused(
        &self,
        organization: &OrganizationId,
        key: &DataKeyId,
    ) -> Result<bool, StorageError> {
        self.death.comes("before drop");
        let result = self.real.drop_unused(organization, key).await;
        self.death.comes("after drop");
        result
    }

    async fn withdraw(&self, key: &MasterKeyId, at: DateTime<Utc>) -> Result<u64, StorageError> {
        self.death.comes("before withdraw");
        let result = self.real.withdraw(key, at).await;
        self.death.comes("after withdraw");
        result
    }
}
