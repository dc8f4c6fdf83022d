//! See [`crate::fuzzing`].

use super::{SecretDetails, VersionDetails, read, wire};
use crate::{Payload, SecretId, SecretManagerError, VersionNumber};

/// What a page of secrets says.
#[must_use]
pub fn secrets(answer: &[u8]) -> Option<Vec<SecretDetails>> {
    let list: wire::SecretList = serde_json::from_slice(answer).ok()?;
    list.secrets
        .into_iter()
        .map(SecretDetails::from_wire)
        .collect()
}

/// What a page of versions says of this secret.
#[must_use]
pub fn versions(answer: &[u8], secret: &SecretId) -> Option<Vec<VersionDetails>> {
    let list: wire::VersionList = serde_json::from_slice(answer).ok()?;
    list.versions
        .iter()
        .map(|version| VersionDetails::from_wire(version, secret))
        .collect()
}

/// The payload of this version; `None` when the answer is no such answer at all.
///
/// # Errors
/// As [`SecretManager::access`](crate::SecretManager::access).
#[must_use]
pub fn payload(
    answer: &[u8],
    secret: &SecretId,
    version: VersionNumber,
) -> Option<Result<Payload, SecretManagerError>> {
    let accessed: wire::Accessed = serde_json::from_slice(answer).ok()?;
    Some(read::payload(&accessed, secret, version))
}
