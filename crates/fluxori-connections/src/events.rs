use fluxori_domain::{AuditEvent, ConnectionId, Page, PageRequest, TenantScope};

use crate::{ConnectionError, Connections};

impl Connections {
    /// The audit trail of one of the caller's connections, newest first.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`] when the connection does not live (any more).
    pub async fn events(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        page: PageRequest,
    ) -> Result<Page<AuditEvent>, ConnectionError> {
        self.find(scope, id).await?;
        Ok(self.ports.audit.events(scope, id, page).await?)
    }
}
