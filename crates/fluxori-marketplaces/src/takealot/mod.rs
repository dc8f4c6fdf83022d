//! Takealot: static keys, two interfaces.

mod answer;
mod descriptor;
mod headers;
mod parse;
mod test_call;

use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::{
    AccountDetails, AuthType, Clock, CredentialForm, InvalidForm, Marketplace,
    MarketplaceDescriptor, Submission,
    ports::{MarketplaceClient, TestReport, TestSubject},
};

pub(crate) use headers::headers;

use crate::{
    http::{HttpClient, ProviderHttp},
    settings::{BaseUrl, TakealotSettings},
};

/// The client of Takealot.
pub(crate) struct Takealot {
    http: ProviderHttp,
    marketplace_url: BaseUrl,
    seller_url: BaseUrl,
    clock: Arc<dyn Clock>,
}

impl Takealot {
    pub(crate) fn new(
        settings: &TakealotSettings,
        http: &HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http: http.confined_to(vec![
                settings.marketplace_url.host_rule(),
                settings.seller_url.host_rule(),
            ]),
            marketplace_url: settings.marketplace_url.clone(),
            seller_url: settings.seller_url.clone(),
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
        descriptor::descriptor()
    }

    fn parse(&self, auth_type: AuthType, form: &CredentialForm) -> Result<Submission, InvalidForm> {
        parse::parse(auth_type, form)
    }

    fn known_fields(&self, details: &AccountDetails) -> Vec<(&'static str, String)> {
        parse::known_fields(details)
    }

    async fn test(&self, subject: TestSubject<'_>) -> TestReport {
        self.test_call(subject).await
    }
}
