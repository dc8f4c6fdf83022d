//! What is measured: the real server over a real PostgreSQL, with some connections in it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fluxori_api::{ApiError, ApiSettings, ApiState, NotReady, Readiness, Server};
use fluxori_connections::{
    AuditReads, Connections, CreateRequest, Marketplaces, Ports, ReadAudit, ReadAuditTask,
    SecretStores, Verify,
};
use fluxori_domain::{
    AuthType, Caller, Clock, CredentialForm, Label, Marketplace, OrganizationId, SecretText,
    ServiceName, SystemClock, TenantScope, UserId,
};
use fluxori_marketplaces::{HttpClient, HttpSettings, MarketplaceSettings, clients};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_test_support::database::TestDatabase;
use fluxori_vault::{Keyring, Vault, VaultStore, make_master_key_text};
use ring::hmac;
use tokio::{sync::oneshot, task::JoinHandle};

/// Whose connections are listed.
pub(crate) const ORGANIZATION: &str = "org-1";
/// See [`ORGANIZATION`].
pub(crate) const USER: &str = "seller-1";

const SECRET: &str = "canary-bench-0123456789-0123456789";

pub(crate) struct Subject {
    address: SocketAddr,
    request: String,
    server: JoinHandle<Result<(), ApiError>>,
    stop: oneshot::Sender<()>,
    audit: ReadAuditTask,
    database: TestDatabase,
}

impl Subject {
    /// A server whose caller has `rows` connections and asks for all of them at once.
    pub(crate) async fn start(rows: u32) -> Self {
        let database = TestDatabase::postgres();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (connections, reads, audit) = connections(&database, &clock).await;
        fill(&connections, rows).await;

        let mut settings = ApiSettings {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            requests_per_minute: u32::MAX,
            requests_burst: u32::MAX,
            ..ApiSettings::default()
        };
        // All callers are on this machine.
        settings.protection.address_requests_per_minute = 0;
        settings.jwt.secret = Some(SecretText::copy_of(SECRET));
        let request = request(rows, clock.now().timestamp() + 3600);
        let state = ApiState {
            connections,
            worker_begins: Arc::new(move || reads.read_here()),
            clock,
            readiness: Arc::new(AlwaysReady),
            identity_http: None,
            page: None,
        };
        let server = Server::bind(settings, state).expect("good settings");
        let address = server.addresses()[0];
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(server.run(async {
            // A sender that is gone means the same.
            let _ = stopped.await;
        }));
        Self {
            address,
            request,
            server,
            stop,
            audit,
            database,
        }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    pub(crate) const fn database(&self) -> &TestDatabase {
        &self.database
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        let result = self.server.await.expect("the server does not panic");
        result.expect("the server stops cleanly");
        self.audit.shutdown().await;
    }
}

async fn connections(
    database: &TestDatabase,
    clock: &Arc<dyn Clock>,
) -> (Connections, Arc<Database>, ReadAuditTask) {
    let mut settings = DatabaseSettings::new(SecretText::copy_of(database.url()));
    settings.own_readers = u32::try_from(ApiSettings::default().workers()).expect("a few");
    Database::migrate(&settings)
        .await
        .expect("an empty database");
    let database = Database::connect(&settings)
        .await
        .expect("a migrated database");
    let database = Arc::new(database);
    let keyring = Keyring::parse(Some(&make_master_key_text()), None).expect("a new key");
    let http = HttpClient::new(&HttpSettings::default()).expect("a client");
    let (read_audit, audit) = ReadAudit::start(database.clone(), AuditReads::Batched);
    let vault = VaultStore::new(
        Arc::new(Vault::new(keyring)),
        database.clone(),
        Arc::clone(clock),
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
        moves: database.clone(),
        marketplaces: Marketplaces::new(clients(&MarketplaceSettings::default(), &http, clock)),
        consents: Arc::default(),
        clock: Arc::clone(clock),
    });
    (connections, database, audit)
}

async fn fill(connections: &Connections, rows: u32) {
    let caller = Caller {
        scope: TenantScope::new(
            OrganizationId::new(ORGANIZATION).expect("an id"),
            UserId::new(USER).expect("an id"),
        ),
        actor: None,
        service: ServiceName::new("bench").expect("a name"),
        request_id: None,
    };
    for number in 0..rows {
        let key = SecretText::new(format!("{}{number:08}", "fa15ecafe0".repeat(12)));
        let request = CreateRequest {
            marketplace: Marketplace::Takealot,
            auth_type: AuthType::ApiKey,
            label: Some(Label::new(format!("Shop {number}")).expect("a label")),
            form: CredentialForm::new(BTreeMap::from([("apiKey".to_owned(), key)])),
            verify: Verify::Skip,
            make_default: false,
            idempotency_key: None,
        };
        let created = connections.create(&caller, request).await;
        created.expect("an untested connection can be made");
    }
}

fn request(rows: u32, expires_at: i64) -> String {
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = serde_json::json!({"sub": USER, "org_id": ORGANIZATION, "exp": expires_at});
    let signed = format!(
        "{}.{}",
        encode(serde_json::json!({"alg": "HS256"})),
        encode(claims)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!(
        "GET /api/connections?limit={rows} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {signed}.{signature}\r\n\r\n"
    )
}

struct AlwaysReady;

#[async_trait]
impl Readiness for AlwaysReady {
    async fn check(&self) -> Result<(), NotReady> {
        Ok(())
    }
}
