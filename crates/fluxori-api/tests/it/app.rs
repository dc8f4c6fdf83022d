//! A whole server for one test: real database, real vault, real HTTP, simulated marketplaces, a clock that is set.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use fluxori_api::{
    ApiError, ApiSettings, ApiState, IdentityHttp, NotReady, OidcSettings, PageState, Readiness,
    Server, SignInSettings,
};
use fluxori_connections::{
    AuditReads, Connections, ConsentSettings, Marketplaces, Ports, ReadAudit, ReadAuditTask,
    SecretStores,
};
use fluxori_domain::{Clock, SecretText, ports::SessionRepository};
use fluxori_marketplaces::{HttpClient, HttpSettings, MarketplaceSettings, ProxyUse, clients};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_test_support::{
    clock::ManualClock,
    database::TestDatabase,
    identity::{CLIENT_ID, CLIENT_SECRET, SimulatedIdentity},
    providers::{SimulatedProviders, keys},
};
use fluxori_vault::{Keyring, Vault, VaultStore, make_master_key_text};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    exchange::{Answer, Ask},
    logs,
    page::TestPage,
    tokens,
    wire::Wire,
};

/// The user and organization of most tests.
pub(crate) const USER: &str = "seller-1";
pub(crate) const ORGANIZATION: &str = "org-1";

/// Where marketplaces send browsers back to, as far as they know.
pub(crate) const PUBLIC_URL: &str = "https://vault.example.com";
/// The page that sellers connect from.
pub(crate) const RETURN_ADDRESS: &str = "https://app.example.com/integrations";

/// Where browsers reach the page of the server, as far as it and the identity provider know.
pub(crate) const PAGE_URL: &str = "http://127.0.0.1:8080";

/// A running server and everything around it.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) tls_address: Option<SocketAddr>,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) providers: SimulatedProviders,
    pub(crate) identity: SimulatedIdentity,
    pub(crate) sessions: Arc<dyn SessionRepository>,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) connections: Connections,
    server: JoinHandle<Result<(), ApiError>>,
    stop: oneshot::Sender<()>,
    audit: ReadAuditTask,
    _place: Place,
}

/// What a test wants to be different.
pub(crate) struct Builder {
    place: Place,
    settings: ApiSettings,
    consents: ConsentSettings,
    with_applications: bool,
    key_source: Option<Arc<dyn IdentityHttp>>,
    page: Page,
}

/// Whether there is a page.
enum Page {
    On,
    NotBuilt,
    Off,
}

/// Where the database is.
enum Place {
    Own(TestDatabase),
    At(String),
}

impl Place {
    fn url(&self) -> &str {
        match self {
            Self::Own(database) => database.url(),
            Self::At(url) => url,
        }
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut settings = ApiSettings {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            http_workers: 1,
            ..ApiSettings::default()
        };
        settings.jwt.secret = Some(SecretText::copy_of(tokens::SECRET));
        settings.sign_in = Some(SignInSettings {
            public_url: PAGE_URL.parse().unwrap(),
            session_hours: 12,
            links: true,
            oidc: Some(OidcSettings {
                // Of the provider that is started with the server.
                issuer: String::new(),
                client_id: CLIENT_ID.to_owned(),
                client_secret: Some(SecretText::copy_of(CLIENT_SECRET)),
                scopes: "openid".to_owned(),
            }),
        });
        Self {
            place: Place::Own(TestDatabase::sqlite()),
            settings,
            consents: ConsentSettings {
                public_url: Some(PUBLIC_URL.parse().unwrap()),
                return_addresses: vec![RETURN_ADDRESS.parse().unwrap()],
            },
            with_applications: true,
            key_source: None,
            page: Page::On,
        }
    }

    pub(crate) fn database(mut self, database: TestDatabase) -> Self {
        self.place = Place::Own(database);
        self
    }

    pub(crate) fn database_at(mut self, url: String) -> Self {
        self.place = Place::At(url);
        self
    }

    pub(crate) fn settings(mut self, change: impl FnOnce(&mut ApiSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(crate) fn without_applications(mut self) -> Self {
        self.with_applications = false;
        self
    }

    pub(crate) fn without_return_addresses(mut self) -> Self {
        self.consents.return_addresses.clear();
        self
    }

    pub(crate) fn key_source(mut self, source: Arc<dyn IdentityHttp>) -> Self {
        self.settings.jwt.secret = None;
        self.key_source = Some(source);
        self
    }

    pub(crate) fn without_page(mut self) -> Self {
        self.page = Page::Off;
        self
    }

    pub(crate) fn without_built_page(mut self) -> Self {
        self.page = Page::NotBuilt;
        self
    }

    pub(crate) async fn start(mut self) -> TestApp {
        logs::capture();
        let clock = Arc::new(ManualClock::default());
        let providers = SimulatedProviders::start_with(Arc::clone(&clock) as Arc<dyn Clock>);
        let identity = SimulatedIdentity::start_with(Arc::clone(&clock) as Arc<dyn Clock>);
        let database = open(self.place.url(), self.settings.workers()).await;
        let sessions: Arc<dyn SessionRepository> = database.clone();
        let opened = Arc::clone(&database);
        let http = shared_client();
        let (connections, audit) = connections(
            database,
            &marketplace_settings(&providers, self.with_applications),
            &http,
            self.consents,
            Arc::clone(&clock) as Arc<dyn Clock>,
        );
        let page = match self.page {
            Page::On => TestPage::built(),
            Page::NotBuilt | Page::Off => TestPage::default(),
        };
        if matches!(self.page, Page::Off) {
            self.settings.sign_in = None;
        } else if let Some(oidc) = self
            .settings
            .sign_in
            .as_mut()
            .and_then(|sign_in| sign_in.oidc.as_mut())
            .filter(|oidc| oidc.issuer.is_empty())
        {
            identity.issuer().clone_into(&mut oidc.issuer);
        }
        let ready = Arc::new(AtomicBool::new(true));
        let state = ApiState {
            connections: connections.clone(),
            worker_begins: Arc::new(move || opened.read_here()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            readiness: Arc::new(Flag(Arc::clone(&ready))),
            identity_http: Some(self.key_source.unwrap_or_else(|| Arc::new(Wire(http)))),
            page: Some(PageState {
                sessions: Arc::clone(&sessions),
                assets: Arc::new(page),
            }),
        };
        let server = Server::bind(self.settings, state).unwrap();
        let url = format!("http://{}", server.addresses()[0]);
        let tls_address = server.tls_addresses().first().copied();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server.run(async {
            // A sender that is gone means the same.
            let _ = stopped.await;
        }));
        TestApp {
            url,
            tls_address,
            http: http_client(),
            clock,
            providers,
            identity,
            sessions,
            ready,
            connections,
            server,
            stop,
            audit,
            _place: self.place,
        }
    }
}

async fn open(url: &str, workers: usize) -> Arc<Database> {
    let mut settings = DatabaseSettings::new(SecretText::copy_of(url));
    settings.own_readers = u32::try_from(workers).unwrap();
    Database::migrate(&settings).await.unwrap();
    Arc::new(Database::connect(&settings).await.unwrap())
}

fn shared_client() -> HttpClient {
    HttpClient::new(&HttpSettings {
        proxy: ProxyUse::Never,
        ..HttpSettings::default()
    })
    .unwrap()
}

fn connections(
    database: Arc<Database>,
    marketplaces: &MarketplaceSettings,
    http: &HttpClient,
    consents: ConsentSettings,
    clock: Arc<dyn Clock>,
) -> (Connections, ReadAuditTask) {
    let keyring = Keyring::parse(Some(&make_master_key_text()), None).unwrap();
    let marketplaces = clients(marketplaces, http, &clock);
    let (read_audit, audit) = ReadAudit::start(database.clone(), AuditReads::Batched);
    let vault = VaultStore::new(
        Arc::new(Vault::new(keyring)),
        database.clone(),
        Arc::clone(&clock),
    );
    let connections = Connections::new(Ports {
        connections: database.clone(),
        transfers: database.clone(),
        refreshes: database.clone(),
        flows: database.clone(),
        grants: database.clone(),
        webhooks: database.clone(),
        work: database.clone(),
        idempotency: database.clone(),
        audit: database.clone(),
        read_audit,
        secrets: SecretStores::new(Arc::new(vault), None),
        ledger: database.clone(),
        moves: database,
        marketplaces: Marketplaces::new(marketplaces),
        consents: Arc::new(consents),
        clock,
    });
    (connections, audit)
}

fn marketplace_settings(
    providers: &SimulatedProviders,
    with_applications: bool,
) -> MarketplaceSettings {
    let at = providers.endpoints();
    let mut settings = json!({
        "takealot": {"marketplace_url": at.takealot_marketplace_url, "seller_url": at.takealot_seller_url},
        "amazon": {
            "lwa_url": at.amazon_lwa_url,
            "sp_api_eu_url": at.amazon_sp_api_eu_url,
            "seller_central": format!("*={}", at.amazon_seller_central_url),
            "application_id": keys::AMAZON_APPLICATION_ID,
            "draft_application": true,
            "client_id": keys::AMAZON_CLIENT_ID,
            "client_secret": keys::AMAZON_CLIENT_SECRET,
        },
        "shopify": {
            "base_url": at.shopify_base_url,
            "client_id": keys::SHOPIFY_CLIENT_ID,
            "client_secret": keys::SHOPIFY_CLIENT_SECRET,
            "scopes": keys::SHOPIFY_SCOPES,
        },
        "xero": {
            "api_url": at.xero_api_url,
            "login_url": at.xero_login_url,
            "identity_url": at.xero_identity_url,
            "client_id": keys::XERO_CLIENT_ID,
            "client_secret": keys::XERO_CLIENT_SECRET,
            "scopes": keys::XERO_SCOPES,
        },
    });
    if !with_applications {
        for marketplace in ["amazon", "shopify", "xero"] {
            settings[marketplace]["client_id"] = Value::Null;
        }
    }
    serde_json::from_value(settings).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test plays the browser, which has rules of its own"
)]
fn http_client() -> reqwest::Client {
    // Another test of this process may have been faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().no_gzip();
    // Where a browser is sent to is looked at, not followed.
    builder
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

struct Flag(Arc<AtomicBool>);

#[async_trait]
impl Readiness for Flag {
    async fn check(&self) -> Result<(), NotReady> {
        if self.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        Err(NotReady {
            part: "the flag",
            cause: Box::new(std::io::Error::other("lowered by the test")),
        })
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Builder::new().start().await
    }

    pub(crate) async fn on_sqlite() -> Self {
        Self::start().await
    }

    pub(crate) async fn on_postgresql() -> Self {
        Builder::new()
            .database(TestDatabase::postgres())
            .start()
            .await
    }

    /// A good token of a user.
    pub(crate) fn token_of(&self, user: &str, organization: &str) -> String {
        let claims = tokens::claims(user, organization, self.clock.now());
        tokens::hs256(tokens::SECRET, &claims)
    }

    /// A request without a token.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(&self.http, method, format!("{}{path}", self.url))
    }

    /// A request of the usual user.
    pub(crate) fn as_seller(&self, method: Method, path: &str) -> Ask {
        let token = self.token_of(USER, ORGANIZATION);
        self.ask(method, path).token(&token)
    }

    /// A request of the usual user, who may do everything in the organization.
    pub(crate) fn as_admin(&self, method: Method, path: &str) -> Ask {
        let mut claims = tokens::claims(USER, ORGANIZATION, self.clock.now());
        claims["role"] = json!("org_admin");
        let token = tokens::hs256(tokens::SECRET, &claims);
        self.ask(method, path).token(&token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.as_seller(Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.as_seller(Method::POST, path).json(body).send().await
    }

    /// Makes a connection that works and returns its view.
    pub(crate) async fn connect_takealot(&self) -> Value {
        let answer = self
            .post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
            .await;
        answer.ok(201)
    }

    /// Makes a connection that was not tested, with a key of its own.
    pub(crate) async fn connect_untested(&self, number: usize) -> Value {
        let mut body = takealot(&format!("{}{number:08}", "fa15ecafe0".repeat(12)));
        body["verify"] = json!("skip");
        body["label"] = json!(format!("Shop {number}"));
        self.post("/api/connections", &body).await.ok(201)
    }

    /// Stops the server, as a signal would.
    pub(crate) async fn stop(self) -> Result<(), ApiError> {
        drop(self.stop);
        let result = self.server.await.unwrap();
        self.audit.shutdown().await;
        logs::assert_clean();
        result
    }
}

/// The request that connects a Takealot account with this key.
pub(crate) fn takealot(key: &str) -> Value {
    json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "credentials": {"apiKey": key},
    })
}

/// The path of a connection, or of something below it.
pub(crate) fn path_of(connection: &Value, below: &str) -> String {
    format!(
        "/api/connections/{}{below}",
        connection["id"].as_str().unwrap()
    )
}
