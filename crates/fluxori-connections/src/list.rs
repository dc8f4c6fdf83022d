use fluxori_domain::{
    Connection, ConnectionFilter, ConnectionId, Overview, Page, PageRequest, TenantScope,
};

use crate::{ConnectionError, Connections};

impl Connections {
    /// The caller's connections, newest first.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn list(
        &self,
        scope: &TenantScope,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, ConnectionError> {
        Ok(self.ports.connections.list(scope, filter, page).await?)
    }

    /// How the caller's connections are, all of them at a glance.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    pub async fn overview(&self, scope: &TenantScope) -> Result<Overview, ConnectionError> {
        Ok(self.ports.connections.overview(scope).await?)
    }

    /// One of the caller's connections.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`], whether it does not exist or is another tenant's.
    pub async fn find(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Connection, ConnectionError> {
        self.ports
            .connections
            .find(scope, id)
            .await?
            .ok_or(ConnectionError::NotFound)
    }
}
