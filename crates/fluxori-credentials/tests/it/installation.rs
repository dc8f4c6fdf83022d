//! A database, simulated marketplaces, and whoever uses them.

use std::{collections::BTreeMap, sync::Arc};

use fluxori_connections::{CreateRequest, Verify};
use fluxori_credentials::{
    ConnectionId, CredentialProvider, Marketplace, OrganizationId, SecretText, ServiceName,
    Settings, SettingsError, StartError, UserId, Values, Wiring, migrate,
};
use fluxori_domain::{AuthType, Caller, CredentialForm, TenantScope};
use fluxori_test_support::{
    clock::ManualClock,
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};

pub(crate) const MASTER_KEY: &str = "8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Oo=";

pub(crate) struct Installation {
    pub(crate) providers: SimulatedProviders,
    pub(crate) clock: Arc<ManualClock>,
    environment: BTreeMap<String, String>,
    _database: TestDatabase,
}

impl Installation {
    /// A migrated database and simulated marketplaces.
    pub(crate) async fn new(database: TestDatabase) -> Self {
        let clock = Arc::new(ManualClock::default());
        let providers = SimulatedProviders::start_with(clock.clone());
        let mut environment: BTreeMap<String, String> = providers
            .endpoints()
            .environment()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        environment.insert("DATABASE_URL".to_owned(), database.url().to_owned());
        environment.insert("ENCRYPTION_KEY".to_owned(), MASTER_KEY.to_owned());
        environment.insert("SERVICE_NAME".to_owned(), "stock-sync".to_owned());
        let installation = Self {
            providers,
            clock,
            environment,
            _database: database,
        };
        migrate(&installation.settings()).await.unwrap();
        installation
    }

    /// The same with another setting.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn settings(&self) -> Settings {
        self.try_settings().unwrap()
    }

    pub(crate) fn try_settings(&self) -> Result<Settings, SettingsError> {
        Settings::load(&Values::read(&self.environment, None)?)
    }

    pub(crate) async fn provider(&self) -> Result<CredentialProvider, StartError> {
        CredentialProvider::connect(&self.settings(), self.clock.clone()).await
    }

    /// What the server does when a seller connects an account.
    pub(crate) async fn connect(&self, marketplace: Marketplace, verify: Verify) -> ConnectionId {
        self.create(marketplace, form(marketplace), verify).await
    }

    /// Connects Xero with an access token and nothing to renew it with.
    pub(crate) async fn connect_for_once(&self) -> ConnectionId {
        let token = SecretText::copy_of(keys::XERO_GOOD);
        let form = CredentialForm::new(BTreeMap::from([("accessToken".to_owned(), token)]));
        self.create(Marketplace::Xero, (AuthType::OAuth, form), Verify::Require)
            .await
    }

    async fn create(
        &self,
        marketplace: Marketplace,
        (auth_type, fields): (AuthType, CredentialForm),
        verify: Verify,
    ) -> ConnectionId {
        let request = CreateRequest {
            marketplace,
            auth_type,
            label: None,
            form: fields,
            verify,
            make_default: false,
            idempotency_key: None,
        };
        let wiring = self.wiring().await;
        let created = wiring
            .connections()
            .create(&seller(), request)
            .await
            .unwrap();
        wiring.shutdown().await;
        created.connection.id
    }

    pub(crate) async fn wiring(&self) -> Wiring {
        Wiring::connect(&self.settings(), self.clock.clone())
            .await
            .unwrap()
    }
}

pub(crate) fn user() -> UserId {
    UserId::new("ada").unwrap()
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::new("engines").unwrap()
}

pub(crate) fn seller() -> Caller {
    Caller {
        scope: TenantScope::new(organization(), user()),
        actor: None,
        service: ServiceName::new("web").unwrap(),
        request_id: None,
    }
}

fn form(marketplace: Marketplace) -> (AuthType, CredentialForm) {
    let (auth_type, fields): (_, &[(&str, &str)]) = match marketplace {
        Marketplace::Takealot => (AuthType::ApiKey, &[("apiKey", keys::TAKEALOT_GOOD)]),
        Marketplace::Amazon => (
            AuthType::SelfAuthorised,
            &[
                ("refreshToken", keys::AMAZON_GOOD),
                ("region", "eu"),
                ("sellingPartnerId", keys::AMAZON_SELLING_PARTNER_ID),
            ],
        ),
        Marketplace::Shopify => (
            AuthType::CustomAppToken,
            &[
                ("shop", keys::SHOPIFY_SHOP),
                ("accessToken", keys::SHOPIFY_GOOD),
            ],
        ),
        Marketplace::Xero => (
            AuthType::OAuth,
            &[
                ("accessToken", keys::XERO_GOOD),
                ("refreshToken", keys::XERO_REFRESH),
            ],
        ),
    };
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
        .collect();
    (auth_type, CredentialForm::new(fields))
}
