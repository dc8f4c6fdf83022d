use async_trait::async_trait;

use super::StorageError;
use crate::{
    AuditEvent, AuditFilter, ConnectionId, OrganizationId, Page, PageRequest, TenantScope,
};

/// Where events that are not part of a change go: reads of a credential.
#[async_trait]
pub trait AuditWriter: Send + Sync {
    /// Appends the events, all or none. Events that are there already, by their ids, are left alone: a writer who did
    /// not hear the answer appends them again.
    async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StorageError>;
}

/// The trail of one connection, and of an organization.
#[async_trait]
pub trait AuditReader: Send + Sync {
    /// Events of a connection, newest first, in the order of their ids. Outlives the connection.
    async fn events(
        &self,
        scope: &TenantScope,
        connection: ConnectionId,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, StorageError>;

    /// Events of an organization, newest first, in the order of their ids: for callers who may read all of them.
    async fn organization_events(
        &self,
        organization: &OrganizationId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, StorageError>;
}
