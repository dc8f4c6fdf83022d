use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{SecretManager, read::unexpected, wire};
use crate::{
    Labels, Operation, Payload, Resource, SecretId, SecretManagerError, VersionName, VersionNumber,
    google::Failure,
};

impl SecretManager {
    /// Makes a secret without a version. Needs `secretmanager.secrets.create` on the project.
    ///
    /// # Errors
    /// [`SecretManagerError::AlreadyExists`] when somebody else made it: one that an earlier attempt of this very call made,
    /// whose answer was lost, is a success.
    pub async fn create(
        &self,
        secret: &SecretId,
        labels: &Labels,
    ) -> Result<(), SecretManagerError> {
        let labels: Map<String, Value> = labels
            .iter()
            .map(|(key, value)| (key.to_owned(), value.into()))
            .collect();
        let body = json!({
            "replication": self.settings.replication.to_json(),
            "labels": labels,
        });
        let mut request = self
            .request(Operation::CreateSecret, Resource::Project)
            .post(Zeroizing::new(body.to_string().into_bytes()));
        request.resource = Resource::Secret(secret.clone());
        request
            .url
            .query_pairs_mut()
            .append_pair("secretId", secret.as_str());
        self.rest
            .call(&request, |outcome, maybe_done| match outcome {
                Err(Failure {
                    error: SecretManagerError::AlreadyExists { .. },
                    ..
                }) if maybe_done => Ok(()),
                other => other.map(drop),
            })
            .await
    }

    /// Adds a version and returns its number. Sends the checksum, and makes sure that Google compared it. Needs
    /// `secretmanager.versions.add`.
    ///
    /// Repeated only when it certainly was not done: when no connection came about, when Google did not accept the token, and
    /// when the quota is used up (429: the call is counted and refused before the service gets it). `UNAVAILABLE` may mean
    /// either (`google/rpc/code.proto`: "not always safe to retry non-idempotent operations"), so it is not repeated.
    ///
    /// # Errors
    /// When [`SecretManagerError::may_have_happened`], a version may exist that nobody names.
    pub async fn add_version(
        &self,
        secret: &SecretId,
        payload: &Payload,
    ) -> Result<VersionNumber, SecretManagerError> {
        let resource = Resource::Secret(secret.clone());
        let request = self
            .request(Operation::AddVersion, resource.clone())
            .verb("addVersion", add_version_body(payload));
        self.rest
            .call(&request, |outcome, _| {
                let version: wire::Version = outcome?.json(&resource)?;
                let number = version_of(secret, &version.name)?;
                if version.client_specified_payload_checksum {
                    Ok(number)
                } else {
                    let resource = Resource::Version(secret.clone(), number);
                    Err(SecretManagerError::ChecksumMismatch { resource }.into())
                }
            })
            .await
    }

    /// Destroys the payload of a version for ever. One that is destroyed already, or does not exist any more, is a success.
    /// Needs `secretmanager.versions.destroy`.
    pub async fn destroy(
        &self,
        secret: &SecretId,
        version: VersionNumber,
    ) -> Result<(), SecretManagerError> {
        let resource = Resource::Version(secret.clone(), version);
        let request = self
            .request(Operation::DestroyVersion, resource)
            .verb("destroy", Zeroizing::new(b"{}".to_vec()));
        let outcome = self
            .rest
            .call(&request, |outcome, _| outcome.map(drop))
            .await;
        match outcome {
            Err(
                SecretManagerError::VersionDestroyed { .. } | SecretManagerError::NotFound { .. },
            ) => Ok(()),
            other => other,
        }
    }

    /// Deletes a secret with all its versions, for ever. One that does not exist any more is a success. Needs
    /// `secretmanager.secrets.delete`.
    pub async fn delete(&self, secret: &SecretId) -> Result<(), SecretManagerError> {
        let mut request = self.request(Operation::DeleteSecret, Resource::Secret(secret.clone()));
        request.method = Method::DELETE;
        let outcome = self
            .rest
            .call(&request, |outcome, _| outcome.map(drop))
            .await;
        match outcome {
            Err(SecretManagerError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

/// The version that an answer names, if it is one of this secret.
fn version_of(secret: &SecretId, name: &str) -> Result<VersionNumber, SecretManagerError> {
    match VersionName::parts_of_answer(name) {
        Some((other, number)) if other == *secret => Ok(number),
        _ => Err(unexpected(
            Resource::Secret(secret.clone()),
            "it names another secret",
        )),
    }
}

/// `AddSecretVersionRequest`, written at its full size at once: growing would leave parts of the secret behind.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: the payload goes to Secret Manager, which is what it was made for"
)]
fn add_version_body(payload: &Payload) -> Zeroizing<Vec<u8>> {
    let bytes = payload.expose_secret();
    let checksum = crc32c::crc32c(bytes);
    let mut body = String::with_capacity(bytes.len().div_ceil(3) * 4 + 64);
    body.push_str(r#"{"payload":{"data":""#);
    STANDARD.encode_string(bytes, &mut body);
    body.push_str(r#"","dataCrc32c":""#);
    body.push_str(&checksum.to_string());
    body.push_str(r#""}}"#);
    Zeroizing::new(body.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_sent_with_its_checksum_and_never_reallocated() {
        // The check value of CRC-32C (RFC 3720, appendix B.4, in other words): "123456789" gives e3069283.
        let payload = Payload::new(Zeroizing::new(b"123456789".to_vec())).unwrap();
        let body = add_version_body(&payload);
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"payload":{"data":"MTIzNDU2Nzg5","dataCrc32c":"3808858755"}}"#
        );
        for length in [1, 2, 3, 65_535, 65_536] {
            let payload = Payload::new(Zeroizing::new(vec![255; length])).unwrap();
            let body = add_version_body(&payload);
            let room = length.div_ceil(3) * 4 + 64;
            assert!(body.len() <= room && body.capacity() == room, "{length}");
        }
    }
}
