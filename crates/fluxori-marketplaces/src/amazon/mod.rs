//! Amazon: a long-lived refresh token buys one-hour access tokens from Login with Amazon (LWA), which the Selling
//! Partner API of one region takes.

mod answer;
mod consent;
mod descriptor;
mod headers;
mod parse;
mod participations;
mod seller_central;
mod test_call;
mod token;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use fluxori_domain::{
    AccountDetails, AmazonRegion, AuthType, Clock, CredentialDocument, CredentialForm, InvalidForm,
    Marketplace, MarketplaceDescriptor, Outcome, Submission,
    ports::{
        Admission, ConsentClient, DisconnectSubject, Disconnection, MarketplaceClient,
        RefreshReport, RefreshSubject, TestReport, TestSubject, WebhookEvent, WebhookProblem,
        WebhookRequest,
    },
};

pub(crate) use headers::headers;

use self::participations::ParticipationsCache;
use crate::{
    http::{Gate, HttpClient, ProviderHttp},
    settings::{AmazonSettings, BaseUrl, SellerCentral},
    token::{Application, filled, refresh_token},
};

/// The client of Amazon.
pub(crate) struct Amazon {
    http: ProviderHttp,
    lwa_url: BaseUrl,
    sp_api_urls: [(AmazonRegion, BaseUrl); 3],
    /// Absent while settings are missing.
    application: Option<Application>,
    application_id: String,
    is_draft: bool,
    seller_central: SellerCentral,
    descriptor: MarketplaceDescriptor,
    participations: ParticipationsCache,
    clock: Arc<dyn Clock>,
}

impl Amazon {
    pub(crate) fn new(settings: &AmazonSettings, http: &HttpClient, clock: Arc<dyn Clock>) -> Self {
        let sp_api_urls = [
            AmazonRegion::NorthAmerica,
            AmazonRegion::Europe,
            AmazonRegion::FarEast,
        ]
        .map(|region| (region, settings.sp_api_url(region).clone()));
        Self {
            http: http.confined_to(Gate::new(
                Marketplace::Amazon,
                settings.concurrent_calls,
                [
                    ("login", settings.lwa_url.host_rule()),
                    ("sp_api_na", settings.sp_api_na_url.host_rule()),
                    ("sp_api_eu", settings.sp_api_eu_url.host_rule()),
                    ("sp_api_fe", settings.sp_api_fe_url.host_rule()),
                ],
                clock.clone(),
            )),
            lwa_url: settings.lwa_url.clone(),
            sp_api_urls,
            application: Application::new(
                settings.client_id.as_deref(),
                settings.client_secret.as_ref(),
                settings.client_secret_previous.as_ref(),
            )
            .filter(|application| !application.client_secrets().is_empty()),
            application_id: filled(settings.application_id.as_deref())
                .unwrap_or_default()
                .to_owned(),
            is_draft: settings.draft_application,
            seller_central: settings.seller_central.clone(),
            descriptor: descriptor::descriptor(settings),
            participations: ParticipationsCache::default(),
            clock,
        }
    }

    fn sp_api_url(&self, wanted: AmazonRegion) -> &BaseUrl {
        let (_, url) = self
            .sp_api_urls
            .iter()
            .find(|(region, _)| *region == wanted)
            .expect("every region has an address");
        url
    }
}

#[async_trait]
impl MarketplaceClient for Amazon {
    fn marketplace(&self) -> Marketplace {
        Marketplace::Amazon
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
        None
    }

    async fn disconnect(&self, _: DisconnectSubject<'_>) -> Disconnection {
        Disconnection::LeftToSeller
    }

    fn consent(&self) -> Option<&dyn ConsentClient> {
        Some(self)
    }

    fn webhook(&self, _: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>> {
        None
    }
}
