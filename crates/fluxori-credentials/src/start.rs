use fluxori_domain::{Backend, ports::StorageError};
use fluxori_marketplaces::MarketplaceError;
use fluxori_persistence::DatabaseError;
use fluxori_secret_manager::SecretManagerError;
use fluxori_vault::VaultError;

use crate::SettingsError;

/// Why the vault cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be used.
    #[error("the settings cannot be used")]
    Settings(#[from] SettingsError),
    /// The settings ask for Google Secret Manager and do not say in which project.
    #[error(
        "USE_SECRET_MANAGER=true needs GCP_PROJECT_ID: the Google Cloud project whose Secret Manager keeps the secrets"
    )]
    NoProject,
    /// A setting for Google Cloud cannot be used.
    #[error("{setting} cannot be used")]
    Google {
        /// Which.
        setting: &'static str,
        /// Why.
        #[source]
        cause: SecretManagerError,
    },
    /// Secrets are in a store that the settings do not name.
    #[error("some secrets are in {}", place(*backend))]
    HomelessSecrets {
        /// That store.
        backend: Backend,
    },
    /// The master keys cannot be used.
    #[error("the master keys cannot be used")]
    Keys(#[from] VaultError),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Database(#[from] DatabaseError),
    /// The database was opened, but does not answer what has to be known to start.
    #[error("the database does not answer")]
    Storage(#[from] StorageError),
    /// The settings ask for credentials in memory, which needs a database that tells of changes.
    #[error(
        "CREDENTIAL_CACHE=coherent needs PostgreSQL, which tells every process of changes; unset it, for SQLite does not"
    )]
    CacheNeedsPostgresql,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Http(#[from] MarketplaceError),
}

impl StartError {
    /// Whether it may pass by itself: the database is not there yet, or does not answer at the moment.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => error.is_transient(),
            Self::Storage(error) => error.is_transient(),
            Self::Settings(_)
            | Self::NoProject
            | Self::Google { .. }
            | Self::HomelessSecrets { .. }
            | Self::Keys(_)
            | Self::CacheNeedsPostgresql
            | Self::Http(_) => false,
        }
    }
}

/// Where secrets are, and what to do about it.
const fn place(backend: Backend) -> &'static str {
    match backend {
        Backend::Database => {
            "the database, sealed: set ENCRYPTION_KEY or ENCRYPTION_KMS_KEY until `fluxori-server secrets migrate --to gcp` has \
             moved them"
        }
        Backend::GoogleSecretManager => {
            "Google Secret Manager: set GCP_PROJECT_ID until `fluxori-server secrets migrate --to database` has moved them"
        }
    }
}
