use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{AuditEvent, Connection, Credential, TenantScope};

/// What one consent leads to: one credential, and one connection for each account that it is for.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// The new credential, never stored before.
    pub credential: Credential,
    /// Its connections, at least one.
    pub connections: Vec<GrantedConnection>,
}

/// A connection that a consent makes or renews.
#[derive(Debug, Clone)]
pub enum GrantedConnection {
    /// One that was not there.
    New(Connection, AuditEvent),
    /// One that is there, with this version, and takes up the new credential in place of its own.
    Renewed(Connection, AuditEvent),
}

/// Credentials that come from a consent, and those that nothing uses any more.
#[async_trait]
pub trait GrantRepository: Send + Sync {
    /// Stores the credential and all connections with their events in one transaction, and returns the connections as
    /// stored, in order. The credentials that renewed connections had before stay, for
    /// [`GrantRepository::orphans`] to find when nothing uses them any more.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when a renewed connection has another version or is gone;
    /// [`StorageError::Duplicate`] when a new one's account is already connected.
    async fn store(&self, grant: NewGrant) -> Result<Vec<Connection>, StorageError>;

    /// The live connections that share a credential.
    async fn sharing(
        &self,
        scope: &TenantScope,
        credential: crate::CredentialId,
    ) -> Result<Vec<Connection>, StorageError>;

    /// Maintenance, all tenants: credentials that no connection names, deleted ones included.
    async fn orphans(&self, limit: u16) -> Result<Vec<Credential>, StorageError>;

    /// Removes a credential, if no connection names it, at the time given. Doing it again does nothing.
    async fn remove_orphan(
        &self,
        credential: &Credential,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
}
