//! A vault with many connected accounts, and adapters that read them.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use fluxori_connections::{CreateRequest, Verify};
use fluxori_credentials::{
    CredentialProvider, Marketplace, OrganizationId, SecretText, ServiceName, Settings,
    SystemClock, UserId, Values, Wiring, make_master_key_text, migrate,
};
use fluxori_domain::{AuthType, Caller, CredentialForm, TenantScope};
use fluxori_test_support::database::TestDatabase;
use secrecy::ExposeSecret;

pub(crate) struct Installation {
    provider: CredentialProvider,
    database: TestDatabase,
    connections: u32,
    settings: Settings,
}

impl Installation {
    /// Connects accounts of numbered tenants, through the front door.
    pub(crate) async fn new(database: TestDatabase, connections: u32) -> Self {
        Self::with(database, connections, ("CREDENTIAL_CACHE", "off")).await
    }

    /// The same, with another setting.
    pub(crate) async fn with(
        database: TestDatabase,
        connections: u32,
        (name, value): (&str, &str),
    ) -> Self {
        #[expect(clippy::disallowed_methods, reason = "EXPOSE: a key of this run")]
        let key = make_master_key_text().expose_secret().to_owned();
        let environment = BTreeMap::from([
            ("DATABASE_URL".to_owned(), database.url().to_owned()),
            ("ENCRYPTION_KEY".to_owned(), key),
            (name.to_owned(), value.to_owned()),
        ]);
        let settings = Settings::load(&Values::read(&environment, None).unwrap()).unwrap();
        migrate(&settings).await.unwrap();
        let wiring = Wiring::connect(&settings, Arc::new(SystemClock))
            .await
            .unwrap();
        for number in 1..=connections {
            wiring
                .connections()
                .create(&seller(number), takealot())
                .await
                .unwrap();
        }
        wiring.shutdown().await;
        let provider = CredentialProvider::connect(&settings, Arc::new(SystemClock))
            .await
            .unwrap();
        Self {
            provider,
            database,
            connections,
            settings,
        }
    }

    /// What adapters have.
    pub(crate) const fn provider(&self) -> &CredentialProvider {
        &self.provider
    }

    /// Another process: what the server has.
    pub(crate) async fn server(&self) -> Wiring {
        Wiring::connect(&self.settings, Arc::new(SystemClock))
            .await
            .unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// Reads a second by so many callers.
    pub(crate) async fn rate(&self, callers: usize, turn: Duration) -> f64 {
        let started = Instant::now();
        let tasks: Vec<_> = (0..callers)
            .map(|caller| {
                let provider = self.provider.clone();
                let mut dice = Dice::new(caller);
                let connections = self.connections;
                tokio::spawn(async move {
                    let mut reads = 0_u32;
                    while started.elapsed() < turn {
                        let (organization, user) = tenant(dice.number(connections));
                        provider
                            .get_marketplace_credentials(
                                &user,
                                &organization,
                                Marketplace::Takealot,
                            )
                            .await
                            .unwrap();
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        let mut reads = 0;
        for task in tasks {
            reads += task.await.unwrap();
        }
        f64::from(reads) / started.elapsed().as_secs_f64()
    }

    pub(crate) async fn stop(self) {
        self.provider.shutdown().await;
    }
}

/// Tenants are numbered, because pgbench can draw numbers only.
pub(crate) fn tenant(number: u32) -> (OrganizationId, UserId) {
    let number = number.to_string();
    (
        OrganizationId::new(number.clone()).unwrap(),
        UserId::new(number).unwrap(),
    )
}

/// The seller of that number.
pub(crate) fn seller(number: u32) -> Caller {
    let (organization, user) = tenant(number);
    Caller {
        scope: TenantScope::new(organization, user),
        actor: None,
        service: ServiceName::new("bench").unwrap(),
        request_id: None,
    }
}

pub(crate) fn takealot() -> CreateRequest {
    let key = SecretText::new("fa15ecafe".repeat(14));
    CreateRequest {
        marketplace: Marketplace::Takealot,
        auth_type: AuthType::ApiKey,
        label: None,
        form: CredentialForm::new(BTreeMap::from([("apiKey".to_owned(), key)])),
        verify: Verify::Skip,
        make_default: false,
        idempotency_key: None,
    }
}

/// Which tenant is next: quick, and the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: usize) -> Self {
        Self(seed as u64 * 2 + 1)
    }

    pub(crate) fn number(&mut self, size: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let number = self.0 % u64::from(size);
        u32::try_from(number).expect("below a u32") + 1
    }
}
