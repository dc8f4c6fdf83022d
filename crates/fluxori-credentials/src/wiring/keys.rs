use std::sync::Arc;

use fluxori_connections::Keys;
use fluxori_domain::{
    Clock,
    ports::{KeyMaintenance as _, SealedCount},
};
use fluxori_marketplaces::{HttpClient, HttpSettings};
use fluxori_persistence::Database;
use fluxori_vault::{MasterKeyUse, Vault, survey_master_keys};

use super::{Google, database_settings, keyring};
use crate::{Settings, StartError};

/// What there is of keys, and what depends on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySurvey {
    /// The master keys; none when the settings name none.
    pub master_keys: Vec<MasterKeyUse>,
    /// What is sealed in the database.
    pub sealed: SealedCount,
}

/// Looks at the keys of the settings and of the database, though they may not fit each other. Changes nothing.
///
/// # Errors
/// [`StartError`], saying what to do.
pub async fn survey_keys(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<KeySurvey, StartError> {
    let http = HttpClient::new(&HttpSettings::default())?;
    let google = Google::new(settings, &http, clock)?;
    let keyring = keyring(&settings.secrets, &google)?;
    let database = Database::connect(&database_settings(&settings.database)).await?;
    let master_keys = match &keyring {
        Some(keyring) => survey_master_keys(keyring, &database).await?,
        None => Vec::new(),
    };
    Ok(KeySurvey {
        master_keys,
        sealed: database.count_sealed(None).await?,
    })
}

/// The maintenance of keys.
pub(super) fn keys(vault: Arc<Vault>, database: &Arc<Database>, clock: &Arc<dyn Clock>) -> Keys {
    Keys {
        data_keys: database.clone(),
        maintenance: database.clone(),
        vault,
        clock: Arc::clone(clock),
    }
}
