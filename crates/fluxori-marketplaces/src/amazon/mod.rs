//! Amazon: a long-lived refresh token buys one-hour access tokens from Login with Amazon (LWA), which the Selling
//! Partner API of one region takes.

mod answer;
mod application;
mod descriptor;
mod headers;
mod parse;
mod participations;
mod test_call;
mod token;
mod token_answer;

use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::{
    AccountDetails, AmazonRegion, AuthType, Clock, CredentialForm, InvalidForm, Marketplace,
    MarketplaceDescriptor, Submission,
    ports::{MarketplaceClient, TestReport, TestSubject},
};

pub(crate) use headers::headers;

use self::{application::Application, participations::ParticipationsCache};
use crate::{
    http::{HttpClient, ProviderHttp},
    settings::{AmazonSettings, BaseUrl},
};

/// The client of Amazon.
pub(crate) struct Amazon {
    http: ProviderHttp,
    lwa_url: BaseUrl,
    sp_api_urls: [(AmazonRegion, BaseUrl); 3],
    /// Why there is none: the names of the missing settings.
    application: Result<Application, Vec<&'static str>>,
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
        let mut hosts = vec![settings.lwa_url.host_rule()];
        hosts.extend(sp_api_urls.iter().map(|(_, url)| url.host_rule()));
        Self {
            http: http.confined_to(hosts),
            lwa_url: settings.lwa_url.clone(),
            sp_api_urls,
            application: Application::from_settings(settings),
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
        let missing = self.application.as_ref().err();
        descriptor::descriptor(missing.cloned().unwrap_or_default())
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
}
