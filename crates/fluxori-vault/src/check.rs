//! Whether the keyring fits the database: asked before the server writes anything.

use chrono::{DateTime, Utc};
use fluxori_domain::{
    MasterKeyId,
    ports::{DataKeyRepository, KnownMasterKey, StorageError},
};

use crate::{error::VaultError, keyring::Keyring};

/// What a master key is to the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterKeyRole {
    /// Wraps new data keys.
    Active,
    /// Unwraps old ones.
    Retired,
    /// Wraps data keys and is not in the keyring: what they seal cannot be opened.
    Missing,
    /// Not in the keyring, and needed no more: it was withdrawn.
    Withdrawn,
}

/// One master key, and how much depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyUse {
    /// The key.
    pub id: MasterKeyId,
    /// What it is to the keyring.
    pub role: MasterKeyRole,
    /// What the service that keeps it calls it; `None` for a local key and for one that is not in the keyring.
    pub service: Option<String>,
    /// How many data keys it wraps.
    pub data_keys: u64,
    /// When the oldest of them was made.
    pub oldest: Option<DateTime<Utc>>,
    /// Since when nothing may be wrapped by it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl MasterKeyUse {
    fn new(known: KnownMasterKey, role: MasterKeyRole, service: Option<&str>) -> Self {
        Self {
            id: known.id,
            role,
            service: service.map(str::to_owned),
            data_keys: known.data_keys,
            oldest: known.oldest,
            withdrawn_at: known.withdrawn_at,
        }
    }
}

/// Lists the keys of the keyring, the active one first, then those that the database knows and the keyring lacks.
///
/// # Errors
/// [`StorageError`] when the database does not tell which keys it knows.
pub async fn survey_master_keys(
    keyring: &Keyring,
    keys: &dyn DataKeyRepository,
) -> Result<Vec<MasterKeyUse>, StorageError> {
    let mut known = keys.master_keys().await?;
    let roles =
        std::iter::once(MasterKeyRole::Active).chain(std::iter::repeat(MasterKeyRole::Retired));
    let mut uses = Vec::new();
    for (key, role) in keyring.all().zip(roles) {
        let found = known.iter().position(|known| known.id == *key.id());
        let known = match found {
            Some(place) => known.remove(place),
            None => KnownMasterKey {
                id: key.id().clone(),
                data_keys: 0,
                oldest: None,
                withdrawn_at: None,
            },
        };
        uses.push(MasterKeyUse::new(known, role, key.service_name()));
    }
    uses.extend(known.into_iter().map(|known| {
        let role = if known.data_keys > 0 {
            MasterKeyRole::Missing
        } else {
            MasterKeyRole::Withdrawn
        };
        MasterKeyUse::new(known, role, None)
    }));
    Ok(uses)
}

/// Refuses a keyring that lacks a master key which the database needs, or whose active key was withdrawn: a wrong
/// `ENCRYPTION_KEY` or `ENCRYPTION_KMS_KEY` is then recognised before anything is written under it. Compares names; asks no
/// service whether its key works.
///
/// # Errors
/// [`VaultError::MasterKeysMissing`] with their names, [`VaultError::MasterKeyWithdrawn`], [`VaultError::Storage`] when the
/// database does not tell which keys it knows.
pub async fn require_master_keys(
    keyring: &Keyring,
    keys: &dyn DataKeyRepository,
) -> Result<Vec<MasterKeyUse>, VaultError> {
    let uses = survey_master_keys(keyring, keys).await?;
    let missing = || uses.iter().filter(|key| key.role == MasterKeyRole::Missing);
    if missing().next().is_some() {
        return Err(VaultError::MasterKeysMissing {
            ids: missing().map(|key| key.id.clone()).collect(),
            data_keys: missing().map(|key| key.data_keys).sum(),
        });
    }
    let withdrawn =
        |key: &&MasterKeyUse| key.role == MasterKeyRole::Active && key.withdrawn_at.is_some();
    match uses.iter().find(withdrawn) {
        Some(key) => Err(VaultError::MasterKeyWithdrawn { id: key.id.clone() }),
        None => Ok(uses),
    }
}
