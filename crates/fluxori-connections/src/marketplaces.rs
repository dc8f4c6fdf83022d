use std::sync::Arc;

use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, CredentialForm, Marketplace, MarketplaceDescriptor,
    Submission,
    ports::{ConsentClient, MarketplaceClient},
};

use crate::{ConnectionError, observed::ObservedMarketplace};

/// The marketplaces that can be connected, in the order in which they are shown.
#[derive(Clone)]
pub struct Marketplaces(Arc<[Arc<dyn MarketplaceClient>]>);

impl Marketplaces {
    /// Takes the clients, one a marketplace.
    #[must_use]
    pub fn new(clients: Vec<Arc<dyn MarketplaceClient>>) -> Self {
        let observed = clients.into_iter().map(ObservedMarketplace);
        Self(observed.map(|client| Arc::new(client) as _).collect())
    }

    /// How they present themselves.
    #[must_use]
    pub fn descriptors(&self) -> Vec<MarketplaceDescriptor> {
        self.0.iter().map(|client| client.descriptor()).collect()
    }

    /// The client of a marketplace.
    ///
    /// # Errors
    /// [`ConnectionError::NotSupported`] when this installation does not have it.
    pub(crate) fn client(
        &self,
        marketplace: Marketplace,
    ) -> Result<&dyn MarketplaceClient, ConnectionError> {
        self.0
            .iter()
            .find(|client| client.marketplace() == marketplace)
            .map(AsRef::as_ref)
            .ok_or(ConnectionError::NotSupported {
                marketplace,
                auth_type: None,
            })
    }

    /// Turns a form into a credential, if this way of connecting exists and is set up.
    pub(crate) fn parse(
        &self,
        marketplace: Marketplace,
        auth_type: AuthType,
        form: &CredentialForm,
    ) -> Result<Submission, ConnectionError> {
        let client = self.client(marketplace)?;
        require_offered(client, auth_type, |kind| {
            kind.method == ConnectMethod::Form && kind.auth_type == auth_type
        })?;
        Ok(client.parse(auth_type, form)?)
    }

    /// The part of a marketplace that sellers connect in the browser, if it exists and is set up.
    pub(crate) fn consent(
        &self,
        marketplace: Marketplace,
    ) -> Result<&dyn ConsentClient, ConnectionError> {
        let client = self.client(marketplace)?;
        require_offered(client, AuthType::OAuth, |kind| {
            kind.method == ConnectMethod::Consent
        })?;
        client.consent().ok_or(ConnectionError::NotSupported {
            marketplace,
            auth_type: Some(AuthType::OAuth),
        })
    }
}

fn require_offered(
    client: &dyn MarketplaceClient,
    auth_type: AuthType,
    is_meant: impl Fn(&AuthKind) -> bool,
) -> Result<(), ConnectionError> {
    let marketplace = client.marketplace();
    let kind = client
        .descriptor()
        .auth_kinds
        .into_iter()
        .find(is_meant)
        .ok_or(ConnectionError::NotSupported {
            marketplace,
            auth_type: Some(auth_type),
        })?;
    if kind.is_configured() {
        Ok(())
    } else {
        Err(ConnectionError::NotConfigured {
            marketplace,
            missing: kind.missing_settings,
        })
    }
}
