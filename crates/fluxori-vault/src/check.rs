//! Whether the keyring fits the database: asked before the server writes anything.

use fluxori_domain::{MasterKeyId, ports::DataKeyRepository, ports::StorageError};

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
}

/// One master key, and how much depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyUse {
    /// The key.
    pub id: MasterKeyId,
    /// What it is to the keyring.
    pub role: MasterKeyRole,
    /// What the service that keeps it calls it; `None` for a local key and for one that is missing.
    pub service: Option<String>,
    /// How many data keys it wraps.
    pub data_keys: u64,
}

/// Lists the keys of the keyring, the active one first, then those that are missing from it.
///
/// # Errors
/// [`StorageError`] when the data keys cannot be counted.
pub async fn survey_master_keys(
    keyring: &Keyring,
    keys: &dyn DataKeyRepository,
) -> Result<Vec<MasterKeyUse>, StorageError> {
    let mut counts = keys.count_by_master_key().await?;
    let roles =
        std::iter::once(MasterKeyRole::Active).chain(std::iter::repeat(MasterKeyRole::Retired));
    let mut uses = Vec::new();
    for (key, role) in keyring.all().zip(roles) {
        let id = key.id();
        let data_keys = counts
            .extract_if(.., |(counted, _)| counted == id)
            .map(|(_, count)| count)
            .sum();
        uses.push(MasterKeyUse {
            id: id.clone(),
            role,
            service: key.service_name().map(str::to_owned),
            data_keys,
        });
    }
    uses.extend(
        counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(id, data_keys)| MasterKeyUse {
                id,
                role: MasterKeyRole::Missing,
                service: None,
                data_keys,
            }),
    );
    Ok(uses)
}

/// Refuses a keyring that lacks a master key which the database needs: a wrong `ENCRYPTION_KEY` or `ENCRYPTION_KMS_KEY` is
/// then recognised before anything is written under it. Compares names; asks no service whether its key works.
///
/// # Errors
/// [`VaultError::MasterKeysMissing`] with their names, [`VaultError::Storage`] when the data keys cannot be counted.
pub async fn require_master_keys(
    keyring: &Keyring,
    keys: &dyn DataKeyRepository,
) -> Result<Vec<MasterKeyUse>, VaultError> {
    let uses = survey_master_keys(keyring, keys).await?;
    let missing = || uses.iter().filter(|key| key.role == MasterKeyRole::Missing);
    if missing().next().is_none() {
        return Ok(uses);
    }
    Err(VaultError::MasterKeysMissing {
        ids: missing().map(|key| key.id.clone()).collect(),
        data_keys: missing().map(|key| key.data_keys).sum(),
    })
}
