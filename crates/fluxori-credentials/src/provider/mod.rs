//! What adapters call.

mod credentials;
mod error;
mod request;
mod summary;

use std::sync::Arc;

use fluxori_connections::ConnectionError;
use fluxori_domain::{
    Caller, Clock, ConnectionFilter, Marketplace, OrganizationId, PageRequest, ServiceName,
    SyncOutcome, SystemClock, TenantScope, UserId,
};

use crate::{CredentialCacheMode, Settings, StartError, Wiring};
pub use credentials::MarketplaceCredentials;
pub use error::CredentialError;
pub use request::CredentialRequest;
pub use summary::ConnectionSummary;

/// Hands live credentials to a marketplace adapter. Cheap to clone; make one for each program.
#[derive(Clone)]
pub struct CredentialProvider {
    wiring: Arc<Wiring>,
    service: ServiceName,
    clock: Arc<dyn Clock>,
}

impl CredentialProvider {
    /// Connects as the environment says; see `docs/reference/configuration.md`.
    ///
    /// # Errors
    /// [`StartError`], saying what to do.
    pub async fn from_env() -> Result<Self, StartError> {
        Self::connect(&Settings::from_env()?, Arc::new(SystemClock)).await
    }

    /// Connects as the settings say.
    ///
    /// # Errors
    /// [`StartError`], saying what to do.
    pub async fn connect(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let mut wiring = Wiring::connect(settings, Arc::clone(&clock)).await?;
        if settings.service.credential_cache == CredentialCacheMode::Coherent {
            wiring = wiring.with_cache()?;
        }
        Ok(Self {
            wiring: Arc::new(wiring),
            service: settings.service.service_name.clone(),
            clock,
        })
    }

    /// The credential of the user's default account at the marketplace, valid for at least a minute.
    ///
    /// For a named account, a purpose or another validity use [`CredentialProvider::request`].
    ///
    /// # Errors
    /// [`CredentialError`], by what has to happen next.
    pub async fn get_marketplace_credentials(
        &self,
        user: &UserId,
        organization: &OrganizationId,
        marketplace: Marketplace,
    ) -> Result<MarketplaceCredentials, CredentialError> {
        self.request(user, organization, marketplace).read().await
    }

    /// Begins a request for a credential.
    pub fn request(
        &self,
        user: &UserId,
        organization: &OrganizationId,
        marketplace: Marketplace,
    ) -> CredentialRequest<'_> {
        CredentialRequest::new(self, self.caller(user, organization), marketplace)
    }

    /// The user's connections at a marketplace, newest first, at most a hundred.
    ///
    /// # Errors
    /// [`CredentialError::Unavailable`] and [`CredentialError::Misconfigured`].
    pub async fn list(
        &self,
        user: &UserId,
        organization: &OrganizationId,
        marketplace: Marketplace,
    ) -> Result<Vec<ConnectionSummary>, CredentialError> {
        let scope = TenantScope::new(organization.clone(), user.clone());
        let filter = ConnectionFilter {
            marketplace: Some(marketplace),
            status: None,
            expiring_by: None,
        };
        let page = PageRequest {
            after: None,
            limit: PageRequest::MAX,
        };
        let page = self.wiring.connections().list(&scope, filter, page).await;
        let page = page.map_err(|error| self.explain(error))?;
        Ok(page
            .items
            .into_iter()
            .map(ConnectionSummary::from)
            .collect())
    }

    /// Says that the marketplace answered 401 or 403. Tokens that can be renewed are, and the connection is tested, so that
    /// the seller learns of it; then ask for the credential again. A report about a credential that has been replaced,
    /// renewed or tested since it was read is ignored: however many adapters report one refusal, it is acted upon once.
    ///
    /// # Errors
    /// [`CredentialError::NoSuchConnection`], [`CredentialError::Unavailable`], [`CredentialError::Misconfigured`].
    pub async fn report_rejected(
        &self,
        credentials: &MarketplaceCredentials,
    ) -> Result<(), CredentialError> {
        let reported = self.wiring.connections().report_rejected(
            credentials.caller(),
            credentials.connection_id(),
            credentials.credential(),
            credentials.read_at(),
        );
        reported.await.map_err(|error| self.explain(error))
    }

    /// Says how a synchronisation ended, for the seller's page.
    ///
    /// # Errors
    /// [`CredentialError::NoSuchConnection`], [`CredentialError::Unavailable`], [`CredentialError::Misconfigured`].
    pub async fn record_sync(
        &self,
        credentials: &MarketplaceCredentials,
        outcome: SyncOutcome,
    ) -> Result<(), CredentialError> {
        let recorded = self.wiring.connections().record_sync(
            credentials.caller(),
            credentials.connection_id(),
            credentials.marketplace(),
            outcome,
        );
        recorded.await.map_err(|error| self.explain(error))
    }

    /// Waits for refreshes under way, writes the last audit events and closes. Call it before the program ends; other clones
    /// stop working.
    pub async fn shutdown(self) {
        self.wiring.shutdown().await;
    }

    /// What a failure of a use case means to an adapter now.
    fn explain(&self, error: ConnectionError) -> CredentialError {
        match error {
            ConnectionError::NotFound => CredentialError::NoSuchConnection,
            error => CredentialError::from_read(error.into(), self.clock.now()),
        }
    }

    fn caller(&self, user: &UserId, organization: &OrganizationId) -> Caller {
        Caller {
            scope: TenantScope::new(organization.clone(), user.clone()),
            actor: None,
            service: self.service.clone(),
            request_id: None,
        }
    }
}
