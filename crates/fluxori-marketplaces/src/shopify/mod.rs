//! Shopify: every shop answers at its own address.

mod answer;
mod descriptor;
mod headers;
mod parse;
mod shop;
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
    settings::{ApiVersion, ShopUrl, ShopifySettings},
};

/// The client of Shopify.
pub(crate) struct Shopify {
    http: ProviderHttp,
    base_url: ShopUrl,
    api_version: ApiVersion,
    clock: Arc<dyn Clock>,
}

impl Shopify {
    pub(crate) fn new(
        settings: &ShopifySettings,
        http: &HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http: http.confined_to(vec![settings.base_url.host_rule()]),
            base_url: settings.base_url.clone(),
            api_version: settings.api_version.clone(),
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
