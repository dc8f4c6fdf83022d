use std::time::Duration;

use fluxori_connections::ReadRequest;
use fluxori_domain::{AccountId, Caller, ConnectionId, Marketplace, Purpose, ports::Selector};

use super::{CredentialError, CredentialProvider, MarketplaceCredentials};

/// How long an access token must at least be valid when the adapter does not say.
const USUAL_VALIDITY: Duration = Duration::from_mins(1);

/// A request for a credential, before it is sent.
#[must_use = "nothing is read before `read`"]
pub struct CredentialRequest<'a> {
    provider: &'a CredentialProvider,
    caller: Caller,
    request: ReadRequest,
}

impl<'a> CredentialRequest<'a> {
    pub(super) const fn new(
        provider: &'a CredentialProvider,
        caller: Caller,
        marketplace: Marketplace,
    ) -> Self {
        let request = ReadRequest {
            marketplace,
            selector: Selector::Default,
            purpose: None,
            minimum_validity: USUAL_VALIDITY,
        };
        Self {
            provider,
            caller,
            request,
        }
    }

    /// Of this account instead of the default one.
    pub fn account(mut self, account: AccountId) -> Self {
        self.request.selector = Selector::Account(account);
        self
    }

    /// Of this connection instead of the default one.
    pub fn connection(mut self, connection: ConnectionId) -> Self {
        self.request.selector = Selector::Connection(connection);
        self
    }

    /// What it is for, for the audit trail.
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.request.purpose = Some(purpose);
        self
    }

    /// How long the access token must at least be valid; a minute when not said. One that runs out sooner is renewed first.
    ///
    /// More than 20 minutes count as 20: Xero's fresh tokens live for 30, and a caller must not make every read buy one.
    pub const fn minimum_validity(mut self, validity: Duration) -> Self {
        self.request.minimum_validity = validity;
        self
    }

    /// Reads the credential.
    ///
    /// # Errors
    /// [`CredentialError`], by what has to happen next.
    pub async fn read(self) -> Result<MarketplaceCredentials, CredentialError> {
        let Self {
            provider,
            caller,
            request,
        } = self;
        let live = provider
            .wiring
            .connections()
            .read_credential(&caller, request)
            .await
            .map_err(|error| CredentialError::from_read(error, provider.clock.now()))?;
        MarketplaceCredentials::new(live, caller, std::sync::Arc::clone(&provider.clock))
    }
}
