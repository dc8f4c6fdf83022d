use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    Connection, Credential, CredentialId, TenantScope,
    ports::{GrantRepository, GrantedConnection, NewGrant, StorageError},
};

use crate::{
    Database,
    dispatch::{long_read, point_read, transaction},
};

#[async_trait]
impl GrantRepository for Database {
    async fn store(&self, grant: NewGrant) -> Result<Vec<Connection>, StorageError> {
        let grant = Arc::new(grant);
        let stored = Arc::clone(&grant);
        let failure = match transaction!(self, grants::store(&stored)) {
            Ok(connections) => return Ok(connections),
            Err(failure) => failure,
        };
        if failure.is_unique_violation() {
            for granted in &grant.connections {
                let (GrantedConnection::New(connection, _)
                | GrantedConnection::Renewed(connection, _)) = granted;
                if let Some(existing) = self.holder_of_account(connection).await? {
                    return Err(StorageError::Duplicate { existing });
                }
            }
        }
        Err(self.explain(failure))
    }

    async fn sharing(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Vec<Connection>, StorageError> {
        let rows = point_read!(self, grants::sharing(scope, credential))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn orphans(&self, limit: u16) -> Result<Vec<Credential>, StorageError> {
        let rows = long_read!(self, grants::orphans(limit))?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn remove_orphan(
        &self,
        credential: &Credential,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let orphan = credential.clone();
        match transaction!(self, grants::remove_orphan(&orphan, at)) {
            // Taken up again between two statements: no orphan any more.
            Err(failure) if failure.is_reference_violation() => Ok(()),
            result => result.map_err(|failure| self.explain(failure)),
        }
    }
}
