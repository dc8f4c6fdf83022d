use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    OrganizationId,
    ports::{OrganizationContents, OrganizationRemoval, StorageError},
};

use crate::{
    Database,
    dispatch::{long_read, transaction},
    failure::Failure,
};

impl Database {
    /// How many rows went.
    fn removed(&self, result: Result<usize, Failure>) -> Result<u64, StorageError> {
        result
            .map(|count| count as u64)
            .map_err(|failure| self.explain(failure))
    }
}

#[async_trait]
impl OrganizationRemoval for Database {
    async fn contents(
        &self,
        organization: &OrganizationId,
    ) -> Result<OrganizationContents, StorageError> {
        let organization = organization.clone();
        Ok(long_read!(self, forgetting::contents(&organization))?.into())
    }

    async fn destroy_data_keys(&self, organization: &OrganizationId) -> Result<u64, StorageError> {
        let organization = organization.clone();
        self.removed(transaction!(
            self,
            forgetting::destroy_data_keys(&organization)
        ))
    }

    async fn remove_credentials(
        &self,
        organization: &OrganizationId,
        at: DateTime<Utc>,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let organization = organization.clone();
        self.removed(transaction!(
            self,
            forgetting::remove_credentials(&organization, at, limit)
        ))
    }

    async fn remove_rest(
        &self,
        organization: &OrganizationId,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let organization = organization.clone();
        self.removed(transaction!(
            self,
            forgetting::remove_rest(&organization, limit)
        ))
    }

    async fn remove_trail(
        &self,
        organization: &OrganizationId,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let organization = organization.clone();
        self.removed(transaction!(
            self,
            forgetting::remove_trail(&organization, limit)
        ))
    }
}
