use std::sync::{Arc, Mutex, PoisonError};

use fluxori_connections::{
    Connections, ConsentSettings, Marketplaces, Ports, ReadAudit, ReadAuditTask, SecretStores,
};
use fluxori_domain::{Clock, SecretText};
use fluxori_marketplaces::{
    AmazonSettings, HttpClient, HttpSettings, MarketplaceSettings, ShopifySettings,
    TakealotSettings, XeroSettings, clients,
};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_vault::{Keyring, Vault, VaultStore, require_master_keys};

use crate::{SecretSection, Settings, StartError};

/// Everything wired together, once, for the server and for every adapter.
pub struct Wiring {
    connections: Connections,
    database: Database,
    http: HttpClient,
    audit: Mutex<Option<ReadAuditTask>>,
}

/// The vault cannot serve requests at the moment.
#[derive(Debug, thiserror::Error)]
#[error("the database does not answer")]
pub struct NotReady(#[source] fluxori_domain::ports::StorageError);

impl Wiring {
    /// Opens the database, proves that the master keys fit it, and puts the use cases together.
    ///
    /// # Errors
    /// [`StartError`], saying what to do.
    pub async fn connect(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let keyring = keyring(&settings.secrets)?;
        let database = Database::connect(&database_settings(settings)).await?;
        require_master_keys(&keyring, &database).await?;

        let shared = Arc::new(database.clone());
        let vault = Arc::new(Vault::new(keyring));
        let http = HttpClient::new(&HttpSettings::default())?;
        let marketplaces = clients(&marketplace_settings(settings), &http, &clock);
        let (read_audit, audit) = ReadAudit::start(shared.clone());
        let connections = Connections::new(Ports {
            connections: shared.clone(),
            refreshes: shared.clone(),
            flows: shared.clone(),
            grants: shared.clone(),
            work: shared.clone(),
            webhooks: shared.clone(),
            idempotency: shared.clone(),
            audit: shared.clone(),
            read_audit,
            secrets: SecretStores::new(
                Arc::new(VaultStore::new(vault, shared.clone(), Arc::clone(&clock))),
                None,
            ),
            ledger: shared.clone(),
            moves: shared,
            marketplaces: Marketplaces::new(marketplaces),
            consents: Arc::new(consent_settings(settings)),
            clock,
        });
        Ok(Self {
            connections,
            database,
            http,
            audit: Mutex::new(Some(audit)),
        })
    }

    /// The same, keeping opened credentials in memory while the database tells of every change. For adapters: a server
    /// reads too few of any to gain by it.
    ///
    /// # Errors
    /// [`StartError::CacheNeedsPostgresql`].
    pub(crate) fn with_cache(mut self) -> Result<Self, StartError> {
        let feed = self
            .database
            .listen()
            .ok_or(StartError::CacheNeedsPostgresql)?;
        self.connections = self.connections.with_cache(Arc::new(feed));
        Ok(self)
    }

    /// The use cases.
    #[must_use]
    pub const fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The one HTTP client.
    #[must_use]
    pub const fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Whether requests can be served now.
    ///
    /// # Errors
    /// [`NotReady`], saying what is missing.
    pub async fn ready(&self) -> Result<(), NotReady> {
        self.database.ping().await.map_err(NotReady)
    }

    /// Waits for what must not be cut off, such as tokens that are not stored yet, then writes the last audit events. Doing
    /// it again does nothing.
    pub async fn shutdown(&self) {
        self.connections.drain().await;
        let audit = self
            .audit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(audit) = audit {
            audit.shutdown().await;
        }
    }
}

/// Brings the database to the schema of this program and names the migrations that were applied.
///
/// # Errors
/// [`StartError::Database`], saying what to do.
pub async fn migrate(settings: &Settings) -> Result<Vec<String>, StartError> {
    Ok(Database::migrate(&database_settings(settings)).await?)
}

/// A new master key for `ENCRYPTION_KEY`, as text. Nothing keeps a copy.
#[must_use]
pub fn make_master_key_text() -> SecretText {
    fluxori_vault::make_master_key_text()
}

/// The master keys of the settings.
pub(crate) fn keyring(secrets: &SecretSection) -> Result<Keyring, StartError> {
    if secrets.use_secret_manager {
        return Err(StartError::SecretManagerNotBuilt);
    }
    let (active, retired) = (&secrets.encryption_key, &secrets.encryption_keys_retired);
    Ok(Keyring::parse(active.as_ref(), retired.as_ref())?)
}

pub(crate) fn database_settings(settings: &Settings) -> DatabaseSettings {
    let mut database = DatabaseSettings::new(copy(&settings.database.database_url));
    database.max_connections = settings.database.database_connections;
    database
}

pub(crate) fn consent_settings(settings: &Settings) -> ConsentSettings {
    ConsentSettings {
        public_url: settings.consent.public_url.clone(),
        return_addresses: settings.consent.return_addresses.0.clone(),
    }
}

pub(crate) fn marketplace_settings(settings: &Settings) -> MarketplaceSettings {
    let Settings {
        takealot,
        amazon,
        shopify,
        xero,
        ..
    } = settings;
    MarketplaceSettings {
        takealot: TakealotSettings {
            marketplace_url: takealot.marketplace_url.clone(),
            seller_url: takealot.seller_url.clone(),
        },
        amazon: AmazonSettings {
            client_id: amazon.client_id.clone(),
            client_secret: amazon.client_secret.as_ref().map(copy),
            client_secret_previous: amazon.client_secret_previous.as_ref().map(copy),
            lwa_url: amazon.lwa_url.clone(),
            sp_api_na_url: amazon.sp_api_na_url.clone(),
            sp_api_eu_url: amazon.sp_api_eu_url.clone(),
            sp_api_fe_url: amazon.sp_api_fe_url.clone(),
            application_id: amazon.application_id.clone(),
            draft_application: amazon.draft_application,
            seller_central: amazon.seller_central.clone(),
        },
        shopify: ShopifySettings {
            base_url: shopify.base_url.clone(),
            api_version: shopify.api_version.clone(),
            client_id: shopify.client_id.clone(),
            client_secret: shopify.client_secret.as_ref().map(copy),
            client_secret_previous: shopify.client_secret_previous.as_ref().map(copy),
            scopes: shopify.scopes.clone(),
        },
        xero: XeroSettings {
            api_url: xero.api_url.clone(),
            login_url: xero.login_url.clone(),
            identity_url: xero.identity_url.clone(),
            client_id: xero.client_id.clone(),
            client_secret: xero.client_secret.as_ref().map(copy),
            client_secret_previous: xero.client_secret_previous.as_ref().map(copy),
            scopes: xero.scopes.clone(),
        },
    }
}

fn copy(secret: &SecretText) -> SecretText {
    secret.trimmed()
}
