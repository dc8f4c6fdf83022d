//! Xero: a token belongs to a user and reaches one or more organisations ("tenants").

mod answer;
mod consent;
mod descriptor;
mod disconnect;
mod endpoint;
mod headers;
mod id_token;
mod jwt;
mod keys;
mod parse;
mod tenants;
mod test_call;
mod token;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use fluxori_domain::{
    AccountDetails, AuthType, Clock, CredentialDocument, CredentialForm, InvalidForm, Marketplace,
    MarketplaceDescriptor, Outcome, Submission,
    ports::{
        Admission, ConsentClient, DisconnectSubject, Disconnection, MarketplaceClient,
        RefreshReport, RefreshSubject, TestReport, TestSubject, WebhookEvent, WebhookProblem,
        WebhookRequest,
    },
};

pub(crate) use headers::headers;

use self::keys::KnownKeys;
use crate::{
    http::{Gate, HttpClient, ProviderHttp},
    settings::{BaseUrl, Scopes, XeroSettings},
    token::{Application, refresh_token},
};

/// The client of Xero.
pub(crate) struct Xero {
    http: ProviderHttp,
    api_url: BaseUrl,
    identity_url: BaseUrl,
    /// Absent while the operator has set none.
    application: Option<Application>,
    login_url: BaseUrl,
    scopes: Scopes,
    keys: KnownKeys,
    descriptor: MarketplaceDescriptor,
    clock: Arc<dyn Clock>,
}

impl Xero {
    pub(crate) fn new(settings: &XeroSettings, http: &HttpClient, clock: Arc<dyn Clock>) -> Self {
        Self {
            http: http.confined_to(Gate::new(
                Marketplace::Xero,
                settings.concurrent_calls,
                [
                    // Below the API, where both are simulated.
                    ("identity", settings.identity_url.host_rule()),
                    ("api", settings.api_url.host_rule()),
                ],
                clock.clone(),
            )),
            api_url: settings.api_url.clone(),
            identity_url: settings.identity_url.clone(),
            application: Application::new(
                settings.client_id.as_deref(),
                settings.client_secret.as_ref(),
                settings.client_secret_previous.as_ref(),
            ),
            login_url: settings.login_url.clone(),
            scopes: settings.scopes.clone(),
            keys: KnownKeys::default(),
            descriptor: descriptor::descriptor(settings),
            clock,
        }
    }
}

#[async_trait]
impl MarketplaceClient for Xero {
    fn marketplace(&self) -> Marketplace {
        Marketplace::Xero
    }

    fn descriptor(&self) -> MarketplaceDescriptor {
        self.descriptor.clone()
    }

    fn parse(&self, auth_type: AuthType, form: &CredentialForm) -> Result<Submission, InvalidForm> {
        parse::parse(self.descriptor(), auth_type, form)
    }

    fn known_fields(&self, details: &AccountDetails) -> Vec<(&'static str, String)> {
        parse::known_fields(details)
    }

    async fn test(&self, subject: TestSubject<'_>) -> TestReport {
        self.test_call(subject).await
    }

    fn is_refreshable(&self, _: AuthType, document: &CredentialDocument) -> bool {
        refresh_token(document).is_some()
    }

    async fn admit_refresh(&self, _: &AccountDetails) -> Result<Admission, Outcome> {
        self.token_endpoint().admit().await
    }

    async fn refresh(&self, subject: RefreshSubject<'_>) -> RefreshReport {
        let endpoint = self.token_endpoint();
        endpoint.refresh(self.application.as_ref(), subject).await
    }

    fn keep_alive_before(&self) -> Option<Duration> {
        Some(Duration::from_hours(30 * 24))
    }

    async fn disconnect(&self, subject: DisconnectSubject<'_>) -> Disconnection {
        self.cut_off(subject).await
    }

    fn consent(&self) -> Option<&dyn ConsentClient> {
        Some(self)
    }

    fn webhook(&self, _: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>> {
        None
    }
}
