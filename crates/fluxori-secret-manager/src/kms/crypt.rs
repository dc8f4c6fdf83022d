use google_cloud_googleapis::cloud::kms::v1::{DecryptRequest, EncryptRequest};
use zeroize::Zeroizing;

use super::{KeyManagement, failure, with_headers};
use crate::{
    KeyName, MAX_PAYLOAD_BYTES, Operation, Resource, SecretManagerError,
    google::{Attempt, Failure},
};

/// What a key in Cloud KMS made of a plaintext. Opens only under the same key and with the same additional data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext(pub Vec<u8>);

impl KeyManagement {
    /// Encrypts up to 64 KiB (8 KiB with the additional data for keys in hardware) under the primary version of the key.
    /// The checksums of everything are compared on both sides. Needs `cloudkms.cryptoKeyVersions.useToEncrypt`.
    ///
    /// # Errors
    /// [`SecretManagerError::KeyUnusable`] for a disabled key, [`SecretManagerError::ChecksumMismatch`] for bytes that changed on
    /// the way.
    pub async fn encrypt(
        &self,
        key: &KeyName,
        plaintext: &[u8],
        additional: &[u8],
    ) -> Result<Ciphertext, SecretManagerError> {
        check_length(plaintext)?;
        check_length(additional)?;
        let operation = Operation::Encrypt;
        self.caller
            .call(operation, |Attempt { token, .. }| async move {
                let message = EncryptRequest {
                    name: key.as_str().to_owned(),
                    plaintext: plaintext.to_vec(),
                    additional_authenticated_data: additional.to_vec(),
                    plaintext_crc32c: Some(checksum(plaintext)),
                    additional_authenticated_data_crc32c: Some(checksum(additional)),
                };
                let request = with_headers(message, &token, "name", key);
                let answer = self.client().encrypt(request).await;
                let answer = answer
                    .map_err(|status| failure(&status, operation, key))?
                    .into_inner();
                let is_whole = answer.verified_plaintext_crc32c
                    && answer.verified_additional_authenticated_data_crc32c
                    && answer.ciphertext_crc32c == Some(checksum(&answer.ciphertext));
                if !is_whole {
                    return Err(mismatch(key));
                }
                // An answer names the version that encrypted: a version of this key, however the project is named.
                if key_and_ring(&answer.name).is_none_or(|name| !key.as_str().ends_with(name)) {
                    return Err(Failure::from(SecretManagerError::UnexpectedAnswer {
                        resource: Resource::Key(key.clone()),
                        what: "it names another key",
                    }));
                }
                Ok(Ciphertext(answer.ciphertext))
            })
            .await
    }

    /// Decrypts what [`KeyManagement::encrypt`] made, whichever version of the key it was. Needs
    /// `cloudkms.cryptoKeyVersions.useToDecrypt`.
    ///
    /// # Errors
    /// [`SecretManagerError::DoesNotDecrypt`] for another key, other additional data, or bytes that were changed.
    pub async fn decrypt(
        &self,
        key: &KeyName,
        ciphertext: &Ciphertext,
        additional: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretManagerError> {
        check_length(additional)?;
        let operation = Operation::Decrypt;
        self.caller
            .call(operation, |Attempt { token, .. }| async move {
                let message = DecryptRequest {
                    name: key.as_str().to_owned(),
                    ciphertext: ciphertext.0.clone(),
                    additional_authenticated_data: additional.to_vec(),
                    ciphertext_crc32c: Some(checksum(&ciphertext.0)),
                    additional_authenticated_data_crc32c: Some(checksum(additional)),
                };
                let request = with_headers(message, &token, "name", key);
                let answer = self.client().decrypt(request).await;
                let mut answer = answer
                    .map_err(|status| failure(&status, operation, key))?
                    .into_inner();
                let plaintext = Zeroizing::new(std::mem::take(&mut answer.plaintext));
                if answer.plaintext_crc32c == Some(checksum(&plaintext)) {
                    Ok(plaintext)
                } else {
                    Err(mismatch(key))
                }
            })
            .await
    }
}

fn checksum(bytes: &[u8]) -> i64 {
    i64::from(crc32c::crc32c(bytes))
}

fn check_length(bytes: &[u8]) -> Result<(), SecretManagerError> {
    if bytes.len() <= MAX_PAYLOAD_BYTES {
        Ok(())
    } else {
        Err(SecretManagerError::PayloadTooLarge {
            limit: MAX_PAYLOAD_BYTES,
        })
    }
}

fn mismatch(key: &KeyName) -> Failure {
    Failure::from(SecretManagerError::ChecksumMismatch {
        resource: Resource::Key(key.clone()),
    })
}

/// `/locations/…/cryptoKeys/k` of the name of a key's version.
fn key_and_ring(version: &str) -> Option<&str> {
    let (key, _) = version.split_once("/cryptoKeyVersions/")?;
    key.find("/locations/").map(|at| &key[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_name_the_project_by_number() {
        let name = "projects/123/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/7";
        assert_eq!(
            key_and_ring(name),
            Some("/locations/global/keyRings/r/cryptoKeys/k")
        );
        assert_eq!(key_and_ring("projects/123/cryptoKeyVersions/7"), None);
        assert_eq!(key_and_ring(""), None);
    }

    #[test]
    fn more_than_64_kib_is_not_sent() {
        assert!(check_length(&vec![0; 65_536]).is_ok());
        assert!(check_length(&vec![0; 65_537]).is_err());
    }
}
