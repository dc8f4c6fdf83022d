//! The names of secrets: `fluxori-`, the credential, a hyphen and eight random hexadecimal digits.

use fluxori_domain::{
    Backend, CredentialId, StoredSecret,
    ports::{Place, SecretStoreError},
};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::trouble::store_error;
use crate::{SecretId, SecretManager, SecretManagerError, VersionName};

const PREFIX: &str = "fluxori-";
const RANDOM_BYTES: usize = 4;

/// A name that nobody has used.
pub(super) fn name(
    manager: &SecretManager,
    credential: CredentialId,
) -> Result<Place, SecretStoreError> {
    let mut random = [0; RANDOM_BYTES];
    SystemRandom::new().fill(&mut random).map_err(|_| {
        store_error(SecretManagerError::InvalidArgument {
            what: "a name without random bytes, of which the machine gave none",
        })
    })?;
    let id = format!("{PREFIX}{credential}-{}", hex::encode(random));
    let id = SecretId::new(&id).expect("letters, digits and hyphens");
    Ok(Place {
        name: name_of(manager, &id),
        is_new: true,
    })
}

/// The full name of a secret.
pub(super) fn name_of(manager: &SecretManager, secret: &SecretId) -> String {
    format!("projects/{}/secrets/{secret}", manager.project())
}

/// Whose secret this is; `None` for one that was not made here.
pub(super) fn credential_of(secret: &SecretId) -> Option<CredentialId> {
    let (credential, random) = secret.as_str().strip_prefix(PREFIX)?.rsplit_once('-')?;
    let is_ours = random.len() == 2 * RANDOM_BYTES
        && random
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let credential: CredentialId = credential.parse().ok().filter(|_| is_ours)?;
    // One credential has one name: "{…}" and capitals are other texts of the same number.
    secret
        .as_str()
        .contains(&credential.to_string())
        .then_some(credential)
}

/// The secret of a place, if it is this credential's.
pub(super) fn secret_of(
    manager: &SecretManager,
    credential: CredentialId,
    place: &str,
) -> Result<SecretId, SecretStoreError> {
    parse(manager, credential, &format!("{place}/versions/1")).map(|name| name.secret)
}

/// The version that a row holds, if it is this credential's.
pub(super) fn version_of(
    manager: &SecretManager,
    credential: CredentialId,
    stored: &StoredSecret,
) -> Result<VersionName, SecretStoreError> {
    if stored.backend != Backend::GoogleSecretManager {
        return Err(SecretStoreError::DoesNotOpen);
    }
    parse(manager, credential, &stored.value)
}

/// A version's name, if it is this credential's and in this project.
pub(super) fn parse(
    manager: &SecretManager,
    credential: CredentialId,
    value: &str,
) -> Result<VersionName, SecretStoreError> {
    let name: VersionName = value.parse().map_err(|_| SecretStoreError::DoesNotOpen)?;
    if credential_of(&name.secret) != Some(credential) {
        return Err(SecretStoreError::DoesNotOpen);
    }
    manager.check_project(&name).map_err(store_error)?;
    Ok(name)
}
