//! Everything a use case needs, wired as in production, around a database of its own.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use fluxori_connections::{
    AuditReads, Connections, ConsentSettings, CreateRequest, Created, Keys, Marketplaces, Ports,
    ReadAudit, ReadAuditTask, ReadRequest, SecretStores, Verify,
};
use fluxori_domain::{
    AuthType, Caller, Clock, Connection, ConnectionFilter, ConnectionId, CredentialForm,
    Generation, Marketplace, OrganizationId, PageRequest, SecretHash, SecretText, ServiceName,
    TenantScope, UserId,
    ports::{
        AuditWriter, Begun, RefreshIntent, RefreshLease, RefreshRepository, SecretLedger as _,
        SecretStore, Selector,
    },
};
use fluxori_marketplaces::{HttpClient, HttpSettings, MarketplaceSettings, ProxyUse, clients};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_secret_manager::GoogleStore;
use fluxori_test_support::{
    clock::ManualClock,
    database::TestDatabase,
    google::{FakeGoogle, Setup},
    providers::{Endpoints, SimulatedProviders, keys},
};
use fluxori_vault::{Keyring, Vault, VaultStore};
use uuid::Uuid;

use crate::{
    dying::{Death, DyingConnections, DyingFlows, DyingGrants, DyingRefreshes},
    dying_keys::DyingKeys,
    dying_secrets::{DyingLedger, DyingSecrets},
    google::AtGoogle,
};

/// Where browsers reach this installation, and where they go in the end.
pub(crate) const PUBLIC_URL: &str = "http://127.0.0.1:8080";
pub(crate) const RETURN_TO: &str = "https://app.example.com/integrations";

pub(crate) const MASTER_KEY: &str = "8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Oo=";

/// What a test runs on: a database that has the sealed secrets too, or one beside Secret Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    Google,
}

impl Kind {
    pub(crate) fn database(self) -> TestDatabase {
        match self {
            Self::Sqlite | Self::Google => TestDatabase::sqlite(),
            Self::Postgres => TestDatabase::postgres(),
        }
    }

    /// Google, whose clock stands still.
    pub(crate) fn google(self) -> Option<FakeGoogle> {
        let setup = || Setup {
            clock: Arc::new(ManualClock::default()),
            ..Setup::default()
        };
        (self == Self::Google).then(|| FakeGoogle::start_with(setup()).unwrap())
    }
}

pub(crate) struct World {
    pub(crate) connections: Connections,
    pub(crate) providers: SimulatedProviders,
    /// What goes wrong on this side.
    pub(crate) fate: Death,
    url: String,
    pub(crate) clock: Arc<ManualClock>,
    audit: Option<ReadAuditTask>,
    pub(crate) at_google: Option<AtGoogle>,
    google: Option<FakeGoogle>,
    _database: Option<TestDatabase>,
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Self {
        let (database, google) = (kind.database(), kind.google());
        let at_google = google.as_ref().map(AtGoogle::of);
        let world = Self::at(database.url(), at_google, Death::at(None)).await;
        Self {
            google,
            _database: Some(database),
            ..world
        }
    }

    /// Where the secrets are.
    pub(crate) fn google(&self) -> &FakeGoogle {
        self.google.as_ref().expect("a world at Google")
    }

    /// A world around a database, and perhaps a Google, that outlive it.
    pub(crate) async fn at(url: &str, at_google: Option<AtGoogle>, death: Death) -> Self {
        let settings = DatabaseSettings::new(SecretText::copy_of(url));
        Database::migrate(&settings).await.unwrap();
        let clock = Arc::new(ManualClock::default());
        let providers = SimulatedProviders::start_with(clock.clone());
        let (endpoints, fate) = (providers.endpoints(), death.clone());
        let google = at_google.as_ref();
        let connections = process((url, google), endpoints, clock.clone(), death).await;
        Self {
            connections: connections.0,
            audit: Some(connections.1),
            providers,
            fate,
            url: url.to_owned(),
            clock,
            at_google,
            google: None,
            _database: None,
        }
    }

    /// The use cases as one more process of the same installation has them.
    pub(crate) async fn neighbour(&self) -> Connections {
        let (endpoints, clock) = (self.providers.endpoints(), self.clock.clone());
        let place = (self.url.as_str(), self.at_google.as_ref());
        process(place, endpoints, clock, Death::at(None)).await.0
    }

    /// The same, with other master keys.
    pub(crate) async fn neighbour_with(&self, keyring: Keyring) -> Connections {
        let (endpoints, clock) = (self.providers.endpoints(), self.clock.clone());
        let place = (self.url.as_str(), self.at_google.as_ref());
        let own = |database: Arc<Database>| -> Arc<dyn AuditWriter> { database };
        let audit = (AuditReads::Batched, own);
        let (connections, _) =
            process_with(keyring, audit, place, endpoints, clock, Death::at(None)).await;
        connections
    }

    /// The same, with another audit of reads.
    pub(crate) async fn neighbour_auditing(
        &self,
        reads: AuditReads,
        writer: impl Fn(Arc<Database>) -> Arc<dyn AuditWriter>,
    ) -> (Connections, ReadAuditTask) {
        let (endpoints, clock) = (self.providers.endpoints(), self.clock.clone());
        let place = (self.url.as_str(), self.at_google.as_ref());
        let (keyring, audit) = (keyring(MASTER_KEY, &[]), (reads, writer));
        process_with(keyring, audit, place, endpoints, clock, Death::at(None)).await
    }

    /// The maintenance of keys, as a process with these master keys has it.
    pub(crate) async fn keys(&self, keyring: Keyring) -> Keys {
        keys_at(&self.url, keyring, self.clock.clone(), Death::at(None)).await
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file of its database, which is of SQLite.
    pub(crate) fn file(&self) -> &str {
        let file = self.url.strip_prefix("sqlite:");
        file.expect("a world on SQLite")
    }

    /// The database, past the use cases.
    pub(crate) async fn database(&self) -> Database {
        let settings = DatabaseSettings::new(SecretText::copy_of(&self.url));
        Database::connect(&settings).await.unwrap()
    }

    /// A process takes the lease of a connection's first refresh, and dies with it.
    pub(crate) async fn die_refreshing(
        &self,
        connection: &Connection,
        lease_for: Duration,
    ) -> RefreshLease {
        let intent = RefreshIntent {
            scope: connection.scope.clone(),
            credential: connection.credential_id,
            generation: Generation::FIRST,
            token: SecretHash([1; 32]),
            owner: Uuid::from_u128(1),
            lease_for,
            ignore_cool_down: false,
            at: self.clock.now(),
        };
        let database = self.database().await;
        match RefreshRepository::begin(&database, intent).await.unwrap() {
            Begun::Leased { lease, .. } => lease,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn create(&self, request: CreateRequest) -> Created {
        self.connections.create(&ada(), request).await.unwrap()
    }

    pub(crate) async fn all(&self, caller: &Caller) -> Vec<Connection> {
        let page = PageRequest {
            after: None,
            limit: PageRequest::MAX,
        };
        let listed = self
            .connections
            .list(&caller.scope, ConnectionFilter::default(), page)
            .await;
        listed.unwrap().items
    }

    /// The kinds of the events of a connection, oldest first.
    pub(crate) async fn trail(&self, id: ConnectionId) -> Vec<&'static str> {
        let page = PageRequest {
            after: None,
            limit: PageRequest::MAX,
        };
        let events = self
            .connections
            .events(&ada().scope, id, page)
            .await
            .unwrap();
        events
            .items
            .iter()
            .rev()
            .map(|event| event.kind.as_str())
            .collect()
    }

    /// Writes the audit of the reads so far; there must be no reads after it.
    pub(crate) async fn flush(&mut self) {
        let audit = self.audit.take().expect("flushed once");
        audit.shutdown().await;
    }
}

/// The master key that processes have, and others by its side.
pub(crate) fn keyring(active: &str, retired: &[&str]) -> Keyring {
    let retired = SecretText::new(retired.join(","));
    Keyring::parse(Some(&SecretText::copy_of(active)), Some(&retired)).unwrap()
}

/// The maintenance of keys, wired as in production.
pub(crate) async fn keys_at(
    url: &str,
    keyring: Keyring,
    clock: Arc<ManualClock>,
    death: Death,
) -> Keys {
    let settings = DatabaseSettings::new(SecretText::copy_of(url));
    let real = Arc::new(Database::connect(&settings).await.unwrap());
    let dying = Arc::new(DyingKeys { real, death });
    Keys {
        data_keys: dying.clone(),
        maintenance: dying,
        vault: Arc::new(Vault::new(keyring)),
        clock,
    }
}

/// The use cases, wired as in production, and the writer of their audit.
pub(crate) async fn process(
    place: (&str, Option<&AtGoogle>),
    endpoints: &Endpoints,
    clock: Arc<ManualClock>,
    death: Death,
) -> (Connections, ReadAuditTask) {
    let own = |database: Arc<Database>| -> Arc<dyn AuditWriter> { database };
    let audit = (AuditReads::Batched, own);
    process_with(
        keyring(MASTER_KEY, &[]),
        audit,
        place,
        endpoints,
        clock,
        death,
    )
    .await
}

async fn process_with(
    keyring: Keyring,
    (reads, writer): (AuditReads, impl Fn(Arc<Database>) -> Arc<dyn AuditWriter>),
    (url, google): (&str, Option<&AtGoogle>),
    endpoints: &Endpoints,
    clock: Arc<ManualClock>,
    death: Death,
) -> (Connections, ReadAuditTask) {
    let settings = DatabaseSettings::new(SecretText::copy_of(url));
    let database = Arc::new(Database::connect(&settings).await.unwrap());
    let time: Arc<dyn Clock> = clock;
    let vault = Arc::new(Vault::new(keyring));
    let http = HttpSettings {
        proxy: ProxyUse::Never,
        // Nobody gives up waiting for a turn while a test looks.
        turn_timeout: std::time::Duration::from_mins(1),
        ..HttpSettings::default()
    };
    let http = HttpClient::new(&http).unwrap();
    let pool = http.pool();
    let marketplaces = clients(&settings_of(endpoints), &http, &time);
    let (read_audit, audit) = ReadAudit::start(writer(database.clone()), reads);
    let dying = |real: Arc<dyn SecretStore>| -> Arc<dyn SecretStore> {
        let death = death.clone();
        Arc::new(DyingSecrets { real, death })
    };
    let vault = dying(Arc::new(VaultStore::new(
        vault,
        database.clone(),
        time.clone(),
    )));
    let secrets = match google {
        None => SecretStores::new(vault, None),
        Some(google) => {
            let installation = database.installation().await.unwrap();
            let store = GoogleStore::new(google.manager(pool), installation);
            SecretStores::new(dying(Arc::new(store)), Some(vault))
        }
    };
    let connections = Connections::new(Ports {
        connections: Arc::new(DyingConnections {
            real: database.clone(),
            death: death.clone(),
        }),
        transfers: database.clone(),
        refreshes: Arc::new(DyingRefreshes {
            real: database.clone(),
            death: death.clone(),
        }),
        flows: Arc::new(DyingFlows {
            real: database.clone(),
            death: death.clone(),
        }),
        grants: Arc::new(DyingGrants {
            real: database.clone(),
            death: death.clone(),
        }),
        work: database.clone(),
        webhooks: database.clone(),
        idempotency: database.clone(),
        audit: database.clone(),
        read_audit,
        secrets,
        ledger: Arc::new(DyingLedger {
            real: database.clone(),
            death,
        }),
        moves: database,
        marketplaces: Marketplaces::new(marketplaces),
        consents: Arc::new(ConsentSettings {
            public_url: Some(PUBLIC_URL.parse().unwrap()),
            return_addresses: vec![RETURN_TO.parse().unwrap()],
        }),
        clock: time,
    });
    (connections, audit)
}

fn settings_of(endpoints: &Endpoints) -> MarketplaceSettings {
    let settings = serde_json::json!({
        "takealot": {
            "marketplace_url": endpoints.takealot_marketplace_url,
            "seller_url": endpoints.takealot_seller_url,
        },
        "amazon": {
            "lwa_url": endpoints.amazon_lwa_url,
            "sp_api_na_url": endpoints.amazon_sp_api_na_url,
            "sp_api_eu_url": endpoints.amazon_sp_api_eu_url,
            "sp_api_fe_url": endpoints.amazon_sp_api_fe_url,
            "seller_central": format!("*={}", endpoints.amazon_seller_central_url),
            "application_id": keys::AMAZON_APPLICATION_ID,
            "draft_application": true,
            "client_id": keys::AMAZON_CLIENT_ID,
            "client_secret": keys::AMAZON_CLIENT_SECRET,
            "client_secret_previous": keys::AMAZON_CLIENT_SECRET_PREVIOUS,
        },
        "shopify": {
            "base_url": endpoints.shopify_base_url,
            "client_id": keys::SHOPIFY_CLIENT_ID,
            "client_secret": keys::SHOPIFY_CLIENT_SECRET,
            "client_secret_previous": keys::SHOPIFY_CLIENT_SECRET_PREVIOUS,
            "scopes": keys::SHOPIFY_SCOPES,
        },
        "xero": {
            "api_url": endpoints.xero_api_url,
            "login_url": endpoints.xero_login_url,
            "identity_url": endpoints.xero_identity_url,
            "client_id": keys::XERO_CLIENT_ID,
            "client_secret": keys::XERO_CLIENT_SECRET,
            "client_secret_previous": keys::XERO_CLIENT_SECRET_PREVIOUS,
            "scopes": keys::XERO_SCOPES,
        },
    });
    serde_json::from_value(settings).unwrap()
}

pub(crate) fn caller(organization: &str, user: &str) -> Caller {
    let organization = OrganizationId::new(organization).unwrap();
    let user = UserId::new(user).unwrap();
    Caller {
        scope: TenantScope::new(organization, user),
        actor: None,
        service: ServiceName::new("test").unwrap(),
        request_id: None,
    }
}

pub(crate) fn ada() -> Caller {
    caller("engines", "ada")
}

pub(crate) fn form(fields: &[(&str, &str)]) -> CredentialForm {
    let fields: BTreeMap<_, _> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), SecretText::copy_of(value)))
        .collect();
    CredentialForm::new(fields)
}

/// The usual way to connect each marketplace.
pub(crate) fn request(marketplace: Marketplace, fields: &[(&str, &str)]) -> CreateRequest {
    let auth_type = match marketplace {
        Marketplace::Takealot => AuthType::ApiKey,
        Marketplace::Amazon => AuthType::SelfAuthorised,
        Marketplace::Shopify => AuthType::CustomAppToken,
        Marketplace::Xero => AuthType::OAuth,
    };
    CreateRequest {
        marketplace,
        auth_type,
        label: None,
        form: form(fields),
        verify: Verify::Require,
        make_default: false,
        idempotency_key: None,
    }
}

pub(crate) fn takealot(key: &str) -> CreateRequest {
    request(Marketplace::Takealot, &[("apiKey", key)])
}

pub(crate) fn shopify(shop: &str, token: &str) -> CreateRequest {
    request(
        Marketplace::Shopify,
        &[("shop", shop), ("accessToken", token)],
    )
}

pub(crate) fn amazon(token: &str) -> CreateRequest {
    let fields = [
        ("refreshToken", token),
        ("region", "eu"),
        ("sellingPartnerId", keys::AMAZON_SELLING_PARTNER_ID),
    ];
    request(Marketplace::Amazon, &fields)
}

pub(crate) fn xero(token: &str, tenant: &str) -> CreateRequest {
    let fields = [
        ("accessToken", token),
        ("refreshToken", keys::XERO_REFRESH),
        ("tenantId", tenant),
    ];
    request(Marketplace::Xero, &fields)
}

/// What an adapter asks for.
pub(crate) fn read(marketplace: Marketplace) -> ReadRequest {
    ReadRequest {
        marketplace,
        selector: Selector::Default,
        purpose: None,
        minimum_validity: std::time::Duration::from_mins(1),
    }
}
