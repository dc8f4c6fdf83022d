//! Shopify: every shop answers at its own address.

mod answer;
mod consent;
mod descriptor;
mod disconnect;
mod graphql;
mod headers;
mod parse;
mod refresh;
mod scopes;
mod shop;
mod signature;
mod test_call;
mod webhook;

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

use self::refresh::is_refreshable;
use crate::{
    http::{Gate, HttpClient, ProviderHttp},
    settings::{ApiVersion, Scopes, ShopUrl, ShopifySettings},
    token::Application,
};

/// The client of Shopify.
pub(crate) struct Shopify {
    http: ProviderHttp,
    base_url: ShopUrl,
    api_version: ApiVersion,
    /// Absent while the operator has set none.
    application: Option<Application>,
    scopes: Scopes,
    descriptor: MarketplaceDescriptor,
    clock: Arc<dyn Clock>,
}

impl Shopify {
    pub(crate) fn new(
        settings: &ShopifySettings,
        http: &HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http: http.confined_to(Gate::new(
                Marketplace::Shopify,
                settings.concurrent_calls,
                [("shop", settings.base_url.host_rule())],
                clock.clone(),
            )),
            base_url: settings.base_url.clone(),
            api_version: settings.api_version.clone(),
            application: Application::new(
                settings.client_id.as_deref(),
                settings.client_secret.as_ref(),
                settings.client_secret_previous.as_ref(),
            )
            .filter(|application| !application.client_secrets().is_empty()),
            scopes: settings.scopes.clone(),
            descriptor: descriptor::descriptor(settings),
            clock,
        }
    }
}

#[async_trait]
impl MarketplaceClient for Shopify {
    fn marketplace(&self) -> Marketplace {
        Marketplace::Shopify
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

    fn is_refreshable(&self, auth_type: AuthType, document: &CredentialDocument) -> bool {
        is_refreshable(auth_type, document)
    }

    async fn admit_refresh(&self, details: &AccountDetails) -> Result<Admission, Outcome> {
        match details {
            AccountDetails::Shopify(details) => self.token_endpoint(&details.shop).admit().await,
            _ => Ok(Admission::default()),
        }
    }

    async fn refresh(&self, subject: RefreshSubject<'_>) -> RefreshReport {
        self.refresh_tokens(subject).await
    }

    fn keep_alive_before(&self) -> Option<Duration> {
        Some(Duration::from_hours(45 * 24))
    }

    async fn disconnect(&self, subject: DisconnectSubject<'_>) -> Disconnection {
        self.uninstall(subject).await
    }

    fn consent(&self) -> Option<&dyn ConsentClient> {
        Some(self)
    }

    fn webhook(&self, request: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>> {
        Some(webhook::read(request, self.client_secrets()))
    }
}
