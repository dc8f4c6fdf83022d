use fluxori_marketplaces::MarketplaceError;
use fluxori_persistence::DatabaseError;
use fluxori_vault::VaultError;

use crate::SettingsError;

/// Why the vault cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be used.
    #[error("the settings cannot be used")]
    Settings(#[from] SettingsError),
    /// The settings ask for Google Secret Manager, which this version does not have.
    #[error(
        "USE_SECRET_MANAGER=true asks for Google Secret Manager, which is not built yet; \
         unset it to keep secrets sealed in the database under ENCRYPTION_KEY"
    )]
    SecretManagerNotBuilt,
    /// The master keys cannot be used.
    #[error("the master keys cannot be used")]
    Keys(#[from] VaultError),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Database(#[from] DatabaseError),
    /// The settings ask for credentials in memory, which needs a database that tells of changes.
    #[error(
        "CREDENTIAL_CACHE=coherent needs PostgreSQL, which tells every process of changes; unset it, for SQLite does not"
    )]
    CacheNeedsPostgresql,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Http(#[from] MarketplaceError),
}
