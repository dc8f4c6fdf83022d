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
    let known = std::iter::once((keyring.active_id(), MasterKeyRole::Active))
        .chain(keyring.retired_ids().map(|id| (id, MasterKeyRole::Retired)));
    let mut uses = Vec::new();
    for (id, role) in known {
        let data_keys = counts
            .extract_if(.., |(counted, _)| counted == id)
            .map(|(_, count)| count)
            .sum();
        uses.push(MasterKeyUse {
            id: id.clone(),
            role,
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
                data_keys,
            }),
    );
    Ok(uses)
}

/// Refuses a keyring that lacks a master key which the database needs: a wrong `ENCRYPTION_KEY` is then recognised
/// before anything is written under it.
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
