use fluxori_domain::{
    Connection, ConnectionFilter, ConnectionId, OrganizationId, Overview, Page, PageRequest,
    TenantScope, UserId,
};

use crate::{ConnectionError, Connections};

impl Connections {
    /// The caller's connections, newest first.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    #[tracing::instrument(name = "connections.list", skip_all)]
    pub async fn list(
        &self,
        scope: &TenantScope,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, ConnectionError> {
        Ok(self.ports.connections.list(scope, filter, page).await?)
    }

    /// The connections of everybody in the organization, newest first. For callers who may see all of them.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`].
    #[tracing::instrument(name = "connections.list_organization", skip_all)]
    pub async fn list_organization(
        &self,
        organization: &OrganizationId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, ConnectionError> {
        let connections = &self.ports.connections;
        Ok(connections
            .list_organization(organization, filter, page)
            .await?)
    }

    /// Whose connection of the organization it is. For callers who may act for others in it.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`], whether it does not exist or is of another organization.
    pub async fn owner(
        &self,
        organization: &OrganizationId,
        id: ConnectionId,
    ) -> Result<UserId, ConnectionError> {
        self.ports
            .connections
            .owner(organization, id)
            .await?
            .ok_or(ConnectionError::NotFound)
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
