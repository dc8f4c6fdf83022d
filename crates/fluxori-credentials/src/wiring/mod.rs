mod audit;
mod google;
mod keys;
mod observe;

use std::sync::{Arc, Mutex, PoisonError};

use fluxori_connections::{
    Connections, ConsentSettings, Keys, Marketplaces, Ports, ReadAudit, ReadAuditTask, SecretStores,
};
use fluxori_domain::{
    Backend, Clock, SecretText,
    ports::{
        OrganizationRemoval, SecretLedger as _, SecretMoves as _, SecretStore, SessionRepository,
    },
};
use fluxori_marketplaces::{
    AmazonSettings, HttpClient, HttpSettings, MarketplaceSettings, ShopifySettings,
    TakealotSettings, XeroSettings, clients,
};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_secret_manager::GoogleStore;
use fluxori_vault::{
    Keyring, MasterKeySources, MasterKeyUse, Vault, VaultStore, require_master_keys,
    survey_master_keys,
};
use tokio::runtime::Handle;

use crate::{DatabaseSection, SecretSection, Settings, StartError};
pub use audit::open_audit_trails;
pub(crate) use google::{Google, key_management, token_settings};
pub use keys::{KeySurvey, survey_keys};

/// Everything wired together, once, for the server and for every adapter.
pub struct Wiring {
    connections: Connections,
    database: Database,
    http: HttpClient,
    vault: Option<Arc<Vault>>,
    keys: Option<Keys>,
    home: Backend,
    backends: Vec<Backend>,
    places: u64,
    audit: Mutex<Option<ReadAuditTask>>,
    reported: observe::ReportedKeys,
    /// The one that this was connected on.
    runtime: Handle,
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
        let http = HttpClient::new(&HttpSettings {
            traceparent: settings.service.traces_to_marketplaces,
            ..HttpSettings::default()
        })?;
        let google = Google::new(settings, &http, &clock)?;
        let places = google.places();
        let keyring = keyring(&settings.secrets, &google)?;
        let mut database = database_settings(&settings.database);
        database.own_readers = settings.own_readers;
        let database = Database::connect(&database).await?;
        if let Some(keyring) = &keyring {
            require_master_keys(keyring, &database).await?;
        }

        let shared = Arc::new(database.clone());
        let vault = keyring.map(|keyring| Arc::new(Vault::new(keyring)));
        let secrets = stores(settings, (google, vault.clone()), &shared, &clock).await?;
        let keys = vault
            .clone()
            .map(|vault| keys::keys(vault, &shared, &clock));
        let home = secrets.home();
        let backends = secrets.backends().collect();
        let marketplaces = clients(&marketplace_settings(settings), &http, &clock);
        audit::say_if_off(settings.service.audit_reads);
        let (read_audit, audit) =
            ReadAudit::start(shared.clone(), settings.service.audit_reads.into());
        let connections = Connections::new(Ports {
            connections: shared.clone(),
            transfers: shared.clone(),
            refreshes: shared.clone(),
            flows: shared.clone(),
            grants: shared.clone(),
            work: shared.clone(),
            webhooks: shared.clone(),
            idempotency: shared.clone(),
            audit: shared.clone(),
            read_audit,
            secrets,
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
            vault,
            keys,
            home,
            backends,
            places,
            audit: Mutex::new(Some(audit)),
            reported: observe::ReportedKeys::default(),
            runtime: Handle::current(),
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

    /// Gives the present runtime, which has one thread and lives about as long as this, a connection to the database for what it
    /// reads: one of [`Settings::own_readers`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn read_here(&self) {
        self.database.read_here();
    }

    /// The use cases.
    #[must_use]
    pub const fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The maintenance of keys; `None` when nothing is sealed in the database.
    #[must_use]
    pub const fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// The one HTTP client.
    #[must_use]
    pub const fn http(&self) -> &HttpClient {
        &self.http
    }

    /// What removes whole organizations.
    #[must_use]
    pub fn removal(&self) -> Arc<dyn OrganizationRemoval> {
        Arc::new(self.database.clone())
    }

    /// Who is signed in to the page.
    #[must_use]
    pub fn sessions(&self) -> Arc<dyn SessionRepository> {
        Arc::new(self.database.clone())
    }

    /// Where new secrets go.
    #[must_use]
    pub const fn home(&self) -> Backend {
        self.home
    }

    /// In how many places Google keeps each version, and charges for it.
    #[must_use]
    pub const fn places(&self) -> u64 {
        self.places
    }

    /// The master keys, and how much depends on each; none when nothing is sealed in the database.
    ///
    /// # Errors
    /// [`NotReady`] when the database does not answer.
    pub async fn master_keys(&self) -> Result<Vec<MasterKeyUse>, NotReady> {
        match &self.vault {
            Some(vault) => survey_master_keys(vault.keyring(), &self.database)
                .await
                .map_err(NotReady),
            None => Ok(Vec::new()),
        }
    }

    /// Whether requests can be served now.
    ///
    /// # Errors
    /// [`NotReady`], saying what is missing.
    pub async fn ready(&self) -> Result<(), NotReady> {
        self.database.ping().await.map_err(NotReady)
    }

    /// Whether what was right at the start is right still: another process may have changed the schema, rotated the master key
    /// or moved secrets to a store that this one does not know of.
    ///
    /// # Errors
    /// [`StartError`], saying what to do.
    pub async fn examine(&self) -> Result<(), StartError> {
        self.database.require_schema().await?;
        if let Some(vault) = &self.vault {
            require_master_keys(vault.keyring(), &self.database).await?;
        }
        refuse_homeless(&self.database, &self.backends).await
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
    Ok(Database::migrate(&database_settings(&settings.database)).await?)
}

/// A new master key for `ENCRYPTION_KEY`, as text. Nothing keeps a copy.
#[must_use]
pub fn make_master_key_text() -> SecretText {
    fluxori_vault::make_master_key_text()
}

/// The master keys of the settings; none when there need not be any.
pub(crate) fn keyring(
    secrets: &SecretSection,
    google: &Google,
) -> Result<Option<Keyring>, StartError> {
    let sources = MasterKeySources {
        local: secrets.encryption_key.as_ref(),
        local_retired: secrets.encryption_keys_retired.as_ref(),
        service: google.master_key.clone(),
        services_retired: google.retired_keys.clone(),
    };
    if secrets.use_secret_manager && sources.local.is_none() && sources.service.is_none() {
        return Ok(None);
    }
    Ok(Some(Keyring::from_sources(sources)?))
}

/// The stores: the one for new secrets, and the one that some may still be in.
async fn stores(
    settings: &Settings,
    (google, vault): (Google, Option<Arc<Vault>>),
    database: &Arc<Database>,
    clock: &Arc<dyn Clock>,
) -> Result<SecretStores, StartError> {
    let mut stores: Vec<Arc<dyn SecretStore>> = Vec::new();
    if let Some(vault) = vault {
        let keys = database.clone();
        stores.push(Arc::new(VaultStore::new(vault, keys, Arc::clone(clock))));
    }
    if let Some(manager) = google.secrets {
        let installation = database.installation().await?;
        stores.push(Arc::new(GoogleStore::new(manager, installation)));
    }
    if settings.secrets.use_secret_manager {
        stores.reverse();
    }
    let backends: Vec<_> = stores.iter().map(|store| store.backend()).collect();
    refuse_homeless(database, &backends).await?;
    let mut stores = stores.into_iter();
    let home = stores.next().ok_or(StartError::NoProject)?;
    if settings.secrets.use_secret_manager && home.backend() != Backend::GoogleSecretManager {
        return Err(StartError::NoProject);
    }
    Ok(SecretStores::new(home, stores.next()))
}

/// Refuses to work where secrets are in a store that is none of these.
async fn refuse_homeless(database: &Database, backends: &[Backend]) -> Result<(), StartError> {
    for backend in Backend::ALL {
        let is_set_up = backends.contains(backend);
        if !is_set_up
            && !database
                .residents(*backend, None, None, 1)
                .await?
                .is_empty()
        {
            return Err(StartError::HomelessSecrets { backend: *backend });
        }
    }
    Ok(())
}

pub(crate) fn database_settings(settings: &DatabaseSection) -> DatabaseSettings {
    let mut database = DatabaseSettings::new(copy(&settings.database_url));
    database.direct_url = settings.database_direct_url.as_ref().map(copy);
    database.max_connections = settings.database_connections;
    database
}

pub(crate) fn consent_settings(settings: &Settings) -> ConsentSettings {
    let consent = &settings.consent;
    let mut return_addresses = consent.return_addresses.0.clone();
    // The server's own page, after those that the operator names.
    return_addresses.extend(settings.sign_in.page_address(consent).cloned());
    ConsentSettings {
        public_url: consent.public_url.clone(),
        return_addresses,
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
            portal_url: takealot.portal_url.clone(),
            concurrent_calls: takealot.concurrent_calls,
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
            concurrent_calls: amazon.concurrent_calls,
        },
        shopify: ShopifySettings {
            base_url: shopify.base_url.clone(),
            api_version: shopify.api_version.clone(),
            client_id: shopify.client_id.clone(),
            client_secret: shopify.client_secret.as_ref().map(copy),
            client_secret_previous: shopify.client_secret_previous.as_ref().map(copy),
            scopes: shopify.scopes.clone(),
            concurrent_calls: shopify.concurrent_calls,
        },
        xero: XeroSettings {
            api_url: xero.api_url.clone(),
            login_url: xero.login_url.clone(),
            identity_url: xero.identity_url.clone(),
            client_id: xero.client_id.clone(),
            client_secret: xero.client_secret.as_ref().map(copy),
            client_secret_previous: xero.client_secret_previous.as_ref().map(copy),
            scopes: xero.scopes.clone(),
            concurrent_calls: xero.concurrent_calls,
        },
    }
}

fn copy(secret: &SecretText) -> SecretText {
    secret.trimmed()
}
