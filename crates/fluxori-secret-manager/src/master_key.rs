use std::fmt;

use async_trait::async_trait;
use fluxori_domain::{
    MasterKeyId, Plaintext,
    ports::{MasterKeyService, OutsideTrouble, SecretStoreError},
};
use ring::digest::{Context, SHA256};
use secrecy::ExposeSecret;

use crate::{Ciphertext, KeyManagement, KeyName, SecretManagerError, store::store_error};

/// What the digest of a key's name begins with, so that it is the digest of nothing else.
const DOMAIN: &[u8] = b"fluxori-secret-manager/1\0master key id\0";

/// A master key in Cloud KMS.
///
/// Google wraps under the primary version of the key and finds the version that unwraps by itself: giving the key a new
/// version needs nothing here, as long as the older ones stay enabled.
#[derive(Clone)]
pub struct KmsMasterKey {
    id: MasterKeyId,
    key: KeyName,
    kms: KeyManagement,
}

impl KmsMasterKey {
    /// The key of this name. Asks Google nothing.
    #[must_use]
    pub fn new(key: KeyName, kms: KeyManagement) -> Self {
        Self {
            id: derive_id(&key),
            key,
            kms,
        }
    }

    /// What Google calls it.
    #[must_use]
    pub const fn key(&self) -> &KeyName {
        &self.key
    }
}

#[async_trait]
impl MasterKeyService for KmsMasterKey {
    fn id(&self) -> &MasterKeyId {
        &self.id
    }

    fn name(&self) -> &str {
        self.key.as_str()
    }

    async fn wrap(&self, key: &Plaintext, aad: &[u8]) -> Result<Vec<u8>, SecretStoreError> {
        #[expect(clippy::disallowed_methods, reason = "EXPOSE: Google wraps it")]
        let bytes = key.expose_secret();
        match self.kms.encrypt(&self.key, bytes, aad).await {
            Ok(Ciphertext(wrapped)) => Ok(wrapped),
            Err(error) => Err(key_error(error)),
        }
    }

    async fn unwrap(&self, wrapped: &[u8], aad: &[u8]) -> Result<Plaintext, SecretStoreError> {
        let wrapped = Ciphertext(wrapped.to_vec());
        match self.kms.decrypt(&self.key, &wrapped, aad).await {
            Ok(key) => Ok(Plaintext::new(key)),
            Err(error) => Err(key_error(error)),
        }
    }
}

impl fmt::Debug for KmsMasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsMasterKey")
            .field("id", &self.id)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The same for every process that calls the key alike. Google takes a project's number for its id; this does not.
fn derive_id(key: &KeyName) -> MasterKeyId {
    let mut digest = Context::new(&SHA256);
    digest.update(DOMAIN);
    digest.update(key.as_str().as_bytes());
    let digest = hex::encode(digest.finish());
    MasterKeyId::new(&digest[..16]).expect("they are hexadecimal digits")
}

/// What an error means to whoever wants a data key.
fn key_error(error: SecretManagerError) -> SecretStoreError {
    // Not the secret is missing, but what protects it, and it is not gone for good: a key cannot be deleted in Cloud KMS.
    let is_about_the_key = matches!(error, SecretManagerError::NotFound { .. });
    match store_error(error) {
        SecretStoreError::Outside {
            retry_after, cause, ..
        } if is_about_the_key => SecretStoreError::Outside {
            trouble: OutsideTrouble::Key,
            retry_after,
            cause,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;

    fn key(project: &str) -> KeyName {
        let name = format!("projects/{project}/locations/global/keyRings/r/cryptoKeys/k");
        KeyName::new(&name).unwrap()
    }

    #[test]
    fn the_name_that_rows_carry_never_changes() {
        // printf 'fluxori-secret-manager/1\0master key id\0projects/…/cryptoKeys/k' | sha256sum
        assert_eq!(derive_id(&key("my-project")).as_str(), "3bbb6030d4591d77");
        assert_ne!(
            derive_id(&key("my-project")),
            derive_id(&key("other-project"))
        );
    }

    #[test]
    fn a_key_that_is_not_there_does_not_mean_that_the_secret_is_gone() {
        let error = key_error(SecretManagerError::NotFound {
            resource: Resource::Key(key("my-project")),
        });
        assert!(!error.is_gone());
        assert!(matches!(
            error,
            SecretStoreError::Outside {
                trouble: OutsideTrouble::Key,
                ..
            }
        ));
    }
}
