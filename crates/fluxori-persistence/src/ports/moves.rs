use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Backend, Credential, CredentialId, OrganizationId, StoredSecret,
    ports::{SecretCount, SecretMoves, StorageError},
};

use crate::{
    Database,
    dispatch::{long_read, transaction},
};

#[async_trait]
impl SecretMoves for Database {
    async fn residents(
        &self,
        backend: Backend,
        organization: Option<&OrganizationId>,
        after: Option<CredentialId>,
        limit: u16,
    ) -> Result<Vec<Credential>, StorageError> {
        let organization = organization.cloned();
        let rows = long_read!(
            self,
            moves::residents(backend, organization.as_ref(), after, limit)
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn count(
        &self,
        backend: Backend,
        organization: Option<&OrganizationId>,
    ) -> Result<u64, StorageError> {
        let organization = organization.cloned();
        let count = long_read!(self, moves::count(backend, organization.as_ref()))?;
        Ok(count.unsigned_abs())
    }

    async fn relocate(
        &self,
        credential: &Credential,
        to: &StoredSecret,
        at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let (seen, to) = (credential.clone(), to.clone());
        transaction!(self, moves::relocate(&seen, &to, at)).map_err(|failure| self.explain(failure))
    }

    async fn census(&self) -> Result<Vec<SecretCount>, StorageError> {
        let rows = long_read!(self, moves::census())?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}
