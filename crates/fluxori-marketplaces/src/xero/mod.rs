//! Xero: a token belongs to a user and reaches one or more organisations ("tenants").

mod answer;
mod descriptor;
mod headers;
mod parse;
mod test_call;
mod token;

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
    settings::{BaseUrl, XeroSettings},
};

/// The client of Xero.
pub(crate) struct Xero {
    http: ProviderHttp,
    api_url: BaseUrl,
    clock: Arc<dyn Clock>,
}

impl Xero {
    pub(crate) fn new(settings: &XeroSettings, http: &HttpClient, clock: Arc<dyn Clock>) -> Self {
        Self {
            http: http.confined_to(vec![settings.api_url.host_rule()]),
            api_url: settings.api_url.clone(),
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
