use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuthType, Clock, CredentialForm, InvalidForm, Marketplace, SecretText, Submission,
    ports::{ConsentClient, MarketplaceClient, TestReport, TestSubject},
};
use fluxori_marketplaces::{
    AmazonSettings, HttpClient, HttpSettings, MarketplaceSettings, ProxyUse, ShopifySettings,
    TakealotSettings, XeroSettings, clients,
};
use fluxori_test_support::{
    clock::ManualClock,
    providers::{Endpoints, SimulatedProviders, keys},
};

/// The clients, and the simulated marketplaces that they are pointed at.
pub(crate) struct World {
    pub(crate) providers: SimulatedProviders,
    pub(crate) clock: Arc<ManualClock>,
    clients: Vec<Arc<dyn MarketplaceClient>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    pub(crate) fn with(
        change_http: impl FnOnce(&mut HttpSettings),
        change: impl FnOnce(&mut MarketplaceSettings),
    ) -> Self {
        let clock = Arc::new(ManualClock::default());
        let providers = SimulatedProviders::start_with(clock.clone());
        let mut http = HttpSettings {
            proxy: ProxyUse::Never,
            ..HttpSettings::default()
        };
        change_http(&mut http);
        let mut settings = settings(providers.endpoints());
        change(&mut settings);
        let shared: Arc<dyn Clock> = clock.clone();
        let clients = clients(&settings, &HttpClient::new(&http).unwrap(), &shared);
        Self {
            providers,
            clock,
            clients,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn client(&self, marketplace: Marketplace) -> &dyn MarketplaceClient {
        let client = self
            .clients
            .iter()
            .find(|client| client.marketplace() == marketplace);
        client.unwrap().as_ref()
    }

    pub(crate) fn parse(
        &self,
        marketplace: Marketplace,
        fields: &[(&str, &str)],
    ) -> Result<Submission, InvalidForm> {
        let client = self.client(marketplace);
        client.parse(auth_type(marketplace), &form(fields))
    }

    /// Fills in the form and makes the test call.
    pub(crate) async fn test(
        &self,
        marketplace: Marketplace,
        fields: &[(&str, &str)],
    ) -> TestReport {
        let submission = self.parse(marketplace, fields).unwrap();
        self.client(marketplace)
            .test(TestSubject {
                auth_type: auth_type(marketplace),
                document: &submission.document,
                details: &submission.details,
                is_fresh: false,
            })
            .await
    }

    pub(crate) fn consent_client(&self, marketplace: Marketplace) -> &dyn ConsentClient {
        self.client(marketplace).consent().unwrap()
    }

    /// No request broke a marketplace's rules, and none went where a redirect pointed.
    pub(crate) fn assert_well_behaved(&self) {
        assert_eq!(self.providers.violations(), []);
    }
}

pub(crate) fn settings(endpoints: &Endpoints) -> MarketplaceSettings {
    MarketplaceSettings {
        takealot: TakealotSettings {
            marketplace_url: endpoints.takealot_marketplace_url.parse().unwrap(),
            seller_url: endpoints.takealot_seller_url.parse().unwrap(),
            ..TakealotSettings::default()
        },
        amazon: AmazonSettings {
            lwa_url: endpoints.amazon_lwa_url.parse().unwrap(),
            sp_api_na_url: endpoints.amazon_sp_api_na_url.parse().unwrap(),
            sp_api_eu_url: endpoints.amazon_sp_api_eu_url.parse().unwrap(),
            sp_api_fe_url: endpoints.amazon_sp_api_fe_url.parse().unwrap(),
            client_id: Some(keys::AMAZON_CLIENT_ID.to_owned()),
            client_secret: Some(SecretText::copy_of(keys::AMAZON_CLIENT_SECRET)),
            client_secret_previous: None,
            application_id: Some(keys::AMAZON_APPLICATION_ID.to_owned()),
            draft_application: true,
            seller_central: format!("*={}", endpoints.amazon_seller_central_url)
                .parse()
                .unwrap(),
            ..AmazonSettings::default()
        },
        shopify: ShopifySettings {
            base_url: endpoints.shopify_base_url.parse().unwrap(),
            client_id: Some(keys::SHOPIFY_CLIENT_ID.to_owned()),
            client_secret: Some(SecretText::copy_of(keys::SHOPIFY_CLIENT_SECRET)),
            scopes: keys::SHOPIFY_SCOPES.parse().unwrap(),
            ..ShopifySettings::default()
        },
        xero: XeroSettings {
            api_url: endpoints.xero_api_url.parse().unwrap(),
            login_url: endpoints.xero_login_url.parse().unwrap(),
            identity_url: endpoints.xero_identity_url.parse().unwrap(),
            client_id: Some(keys::XERO_CLIENT_ID.to_owned()),
            client_secret: Some(SecretText::copy_of(keys::XERO_CLIENT_SECRET)),
            client_secret_previous: None,
            scopes: keys::XERO_SCOPES.parse().unwrap(),
            ..XeroSettings::default()
        },
    }
}

pub(crate) const fn auth_type(marketplace: Marketplace) -> AuthType {
    match marketplace {
        Marketplace::Takealot => AuthType::ApiKey,
        Marketplace::Amazon => AuthType::SelfAuthorised,
        Marketplace::Shopify => AuthType::CustomAppToken,
        Marketplace::Xero => AuthType::OAuth,
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> CredentialForm {
    let fields: BTreeMap<_, _> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
        .collect();
    CredentialForm::new(fields)
}

pub(crate) fn takealot(key: &str) -> Vec<(&str, &str)> {
    vec![("apiKey", key)]
}

pub(crate) fn takealot_seller(key: &str) -> Vec<(&str, &str)> {
    vec![("apiKey", key), ("apiSurface", "seller")]
}

pub(crate) fn amazon(token: &str) -> Vec<(&str, &str)> {
    vec![
        ("refreshToken", token),
        ("region", "eu"),
        ("sellingPartnerId", keys::AMAZON_SELLING_PARTNER_ID),
    ]
}

pub(crate) fn shopify(token: &str) -> Vec<(&str, &str)> {
    vec![("shop", keys::SHOPIFY_SHOP), ("accessToken", token)]
}

pub(crate) fn xero(token: &str) -> Vec<(&str, &str)> {
    vec![("accessToken", token), ("refreshToken", keys::XERO_REFRESH)]
}
