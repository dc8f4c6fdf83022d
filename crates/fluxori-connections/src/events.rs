use fluxori_domain::{
    AuditEvent, AuditFilter, ConnectionId, OrganizationId, Page, PageRequest, TenantScope,
};

use crate::{ConnectionError, Connections};

impl Connections {
    /// The audit trail of one of the caller's connections, newest first.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`] when the connection does not live (any more).
    #[tracing::instrument(name = "connections.events", skip_all)]
    pub async fn events(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, ConnectionError> {
        self.find(scope, id).await?;
        Ok(self.ports.audit.events(scope, id, page).await?)
    }

    /// The audit trail of a connection of the organization, whosever it was and whether it lives or not, newest first. For
    /// callers who may read what happened to others.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`] when nothing is known of such a connection.
    pub async fn events_of_anybody(
        &self,
        organization: &OrganizationId,
        id: ConnectionId,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, ConnectionError> {
        let filter = AuditFilter {
            connection: Some(id),
            ..AuditFilter::default()
        };
        let found = self.organization_events(organization, filter, page).await?;
        if found.items.is_empty() && page.after.is_none() {
            self.owner(organization, id).await?;
        }
        Ok(found)
    }

    /// What happened in the organization, newest first. For callers who may read all of it.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn organization_events(
        &self,
        organization: &OrganizationId,
        filter: AuditFilter,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, ConnectionError> {
        let audit = &self.ports.audit;
        Ok(audit
            .organization_events(organization, filter, page)
            .await?)
    }
}
