//! Takealot: static keys, two interfaces.

mod answer;
mod descriptor;
mod headers;
mod parse;
mod test_call;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use fluxori_domain::{
    AccountDetails, AuthType, Clock, CredentialDocument, CredentialForm, InvalidForm, Marketplace,
    MarketplaceDescriptor, Outcome, OutcomeClass, Submission,
    ports::{
        Admission, ConsentClient, DisconnectSubject, Disconnection, MarketplaceClient,
        RefreshReport, RefreshSubject, TestReport, TestSubject, WebhookEvent, WebhookProblem,
        WebhookRequest,
    },
};

pub(crate) use headers::headers;

use crate::{
    http::{Gate, HttpClient, ProviderHttp},
    settings::{BaseUrl, TakealotSettings},
};

/// The client of Takealot.
pub(crate) struct Takealot {
    http: ProviderHttp,
    marketplace_url: BaseUrl,
    seller_url: BaseUrl,
    portal_url: BaseUrl,
    clock: Arc<dyn Clock>,
}

impl Takealot {
    pub(crate) fn new(
        settings: &TakealotSettings,
        http: &HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http: http.confined_to(Gate::new(
                Marketplace::Takealot,
                settings.concurrent_calls,
                [
                    ("marketplace_api", settings.marketplace_url.host_rule()),
                    ("seller_api", settings.seller_url.host_rule()),
                ],
                clock.clone(),
            )),
            marketplace_url: settings.marketplace_url.clone(),
            seller_url: settings.seller_url.clone(),
            portal_url: settings.portal_url.clone(),
            clock,
        }
    }
}

#[async_trait]
impl MarketplaceClient for Takealot {
    fn marketplace(&self) -> Marketplace {
        Marketplace::Takealot
    }

    fn descriptor(&self) -> MarketplaceDescriptor {
        descriptor::descriptor(&self.portal_url)
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

    fn is_refreshable(&self, _: AuthType, _: &CredentialDocument) -> bool {
        false
    }

    /// Keys are static: whoever asks has mistaken them for something else.
    async fn admit_refresh(&self, _: &AccountDetails) -> Result<Admission, Outcome> {
        Ok(Admission::default())
    }

    async fn refresh(&self, _: RefreshSubject<'_>) -> RefreshReport {
        RefreshReport::Refused(OutcomeClass::Bug.into())
    }

    fn keep_alive_before(&self) -> Option<Duration> {
        None
    }

    async fn disconnect(&self, _: DisconnectSubject<'_>) -> Disconnection {
        Disconnection::LeftToSeller
    }

    fn consent(&self) -> Option<&dyn ConsentClient> {
        None
    }

    fn webhook(&self, _: WebhookRequest<'_>) -> Option<Result<WebhookEvent, WebhookProblem>> {
        None
    }
}
