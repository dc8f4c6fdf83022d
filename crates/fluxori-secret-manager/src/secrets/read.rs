use std::collections::BTreeMap;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{SecretManager, wire};
use crate::{
    Operation, Payload, Replication, Resource, SecretId, SecretManagerError, VersionName,
    VersionNumber,
};

/// What is known of a secret, without any payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDetails {
    /// Its id.
    pub id: SecretId,
    /// Its labels, also ones that were not made here.
    pub labels: BTreeMap<String, String>,
    /// When it was made, by Google's clock.
    pub created_at: DateTime<Utc>,
    /// Where payloads are kept; nothing for a way that is not known here.
    pub replication: Option<Replication>,
}

/// What is known of a version, without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionDetails {
    /// Its number.
    pub number: VersionNumber,
    /// Whether it can be read.
    pub state: VersionState,
    /// When it was added, by Google's clock.
    pub created_at: DateTime<Utc>,
    /// When it was destroyed.
    pub destroyed_at: Option<DateTime<Utc>>,
}

/// Whether a version can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionState {
    /// It can. Costs money.
    Enabled,
    /// It cannot, until somebody enables it. Costs money all the same.
    Disabled,
    /// Never again. Costs nothing.
    Destroyed,
}

/// Standard or URL-safe, padded or not: readers of proto3 JSON take all of these.
const fn lenient(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const STANDARD: GeneralPurpose = lenient(&alphabet::STANDARD);
const URL_SAFE: GeneralPurpose = lenient(&alphabet::URL_SAFE);

impl SecretManager {
    /// The payload of exactly this version, whole by its checksum. Needs `secretmanager.versions.access`.
    ///
    /// # Errors
    /// [`SecretManagerError::VersionDestroyed`] and [`SecretManagerError::VersionDisabled`] apart from
    /// [`SecretManagerError::NotFound`]; [`SecretManagerError::ChecksumMismatch`] also when there is no checksum, for Google
    /// always sends one.
    pub async fn access(
        &self,
        secret: &SecretId,
        version: VersionNumber,
    ) -> Result<Payload, SecretManagerError> {
        let resource = Resource::Version(secret.clone(), version);
        let mut request = self.request(Operation::AccessVersion, resource.clone());
        let path = format!("{}:access", request.url.path());
        request.url.set_path(&path);
        let outcome = self
            .rest
            .call(&request, |outcome, _| {
                let accessed: wire::Accessed = outcome?.json(&resource)?;
                Ok(payload(&accessed, secret, version)?)
            })
            .await;
        match outcome {
            // Google did not say which state; whoever may look finds out.
            Err(SecretManagerError::PreconditionFailed { .. }) => {
                match self.describe_version(secret, version).await {
                    Ok(details) if details.state == VersionState::Destroyed => {
                        Err(SecretManagerError::VersionDestroyed { resource })
                    }
                    Ok(details) if details.state == VersionState::Disabled => {
                        Err(SecretManagerError::VersionDisabled { resource })
                    }
                    _ => Err(SecretManagerError::PreconditionFailed { resource }),
                }
            }
            other => other,
        }
    }

    /// What is known of a secret. Needs `secretmanager.secrets.get`.
    pub async fn describe(&self, secret: &SecretId) -> Result<SecretDetails, SecretManagerError> {
        let resource = Resource::Secret(secret.clone());
        let request = self.request(Operation::DescribeSecret, resource.clone());
        self.rest
            .call(&request, |outcome, _| {
                let answer: wire::Secret = outcome?.json(&resource)?;
                match SecretDetails::from_wire(answer) {
                    Some(details) if details.id == *secret => Ok(details),
                    _ => Err(unexpected(resource.clone(), "it names another secret").into()),
                }
            })
            .await
    }

    /// What is known of a version. Needs `secretmanager.versions.get`, which reading payloads does not.
    pub async fn describe_version(
        &self,
        secret: &SecretId,
        version: VersionNumber,
    ) -> Result<VersionDetails, SecretManagerError> {
        let resource = Resource::Version(secret.clone(), version);
        let request = self.request(Operation::DescribeVersion, resource.clone());
        self.rest
            .call(&request, |outcome, _| {
                let answer: wire::Version = outcome?.json(&resource)?;
                match VersionDetails::from_wire(&answer, secret) {
                    Some(details) if details.number == version => Ok(details),
                    _ => Err(unexpected(resource.clone(), "it names another version").into()),
                }
            })
            .await
    }
}

impl SecretDetails {
    pub(super) fn from_wire(secret: wire::Secret) -> Option<Self> {
        Some(Self {
            id: SecretId::from_answer(&secret.name)?,
            labels: secret.labels,
            created_at: secret.create_time,
            replication: Replication::from_json(&secret.replication),
        })
    }
}

impl VersionDetails {
    pub(super) fn from_wire(version: &wire::Version, of: &SecretId) -> Option<Self> {
        let (secret, number) = VersionName::parts_of_answer(&version.name)?;
        let state = match version.state.as_str() {
            "ENABLED" => VersionState::Enabled,
            "DISABLED" => VersionState::Disabled,
            "DESTROYED" => VersionState::Destroyed,
            _ => return None,
        };
        (secret == *of).then_some(Self {
            number,
            state,
            created_at: version.create_time,
            destroyed_at: version.destroy_time,
        })
    }
}

pub(super) const fn unexpected(resource: Resource, what: &'static str) -> SecretManagerError {
    SecretManagerError::UnexpectedAnswer { resource, what }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: base64 becomes the payload, which is as secret"
)]
pub(super) fn payload(
    accessed: &wire::Accessed,
    secret: &SecretId,
    version: VersionNumber,
) -> Result<Payload, SecretManagerError> {
    let resource = Resource::Version(secret.clone(), version);
    match VersionName::parts_of_answer(&accessed.name) {
        Some((other, number)) if other == *secret && number == version => {}
        _ => return Err(unexpected(resource, "it names another version")),
    }
    let text = accessed.payload.data.expose_secret();
    // At its full size at once: growing would leave parts of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let engine = if text.contains(['-', '_']) {
        URL_SAFE
    } else {
        STANDARD
    };
    if engine.decode_vec(text, &mut bytes).is_err() {
        return Err(unexpected(resource, "the payload is not base64"));
    }
    if accessed.payload.data_crc32c != Some(i64::from(crc32c::crc32c(&bytes))) {
        return Err(SecretManagerError::ChecksumMismatch { resource });
    }
    Payload::new(bytes).map_err(|_| unexpected(resource, "the payload is empty or too long"))
}

#[cfg(test)]
mod tests;
