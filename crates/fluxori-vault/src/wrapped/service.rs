//! `fxk2.<master key id>.<bytes of the service>`: a data key wrapped by a service that keeps the master key.

use fluxori_domain::{
    DataKeyId, OrganizationId,
    ports::{MasterKeyService, OutsideTrouble, SecretStoreError},
};

use super::{ID_LEN, bound_to, split_head};
use crate::{
    data_key::derive_id,
    hazmat::{KEY_LEN, KeyMaterial, decode, encode_onto},
};

const VERSION: &str = "fxk2";

/// Everything before the bytes of the service: version, name and two dots.
const HEAD_LEN: usize = VERSION.len() + ID_LEN + 2;

/// Most bytes that a service may make of a key. Cloud KMS makes about 110.
const MAX_WRAPPED_BYTES: usize = 3 * 1024;

/// The longest text of them.
const MAX_TEXT_LEN: usize = MAX_WRAPPED_BYTES / 3 * 4;

/// A key wrapped by a service, taken apart but not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceText<'a> {
    pub(super) master_key: &'a str,
    key: &'a str,
}

impl<'a> ServiceText<'a> {
    pub(super) fn split(text: &'a str) -> Option<Self> {
        if text.len() > HEAD_LEN + MAX_TEXT_LEN {
            return None;
        }
        let (master_key, key) = split_head(text, VERSION)?;
        (!key.is_empty()).then_some(Self { master_key, key })
    }

    pub(super) async fn open(
        &self,
        service: &dyn MasterKeyService,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> Result<KeyMaterial, SecretStoreError> {
        let wrapped = decode(self.key)?;
        let aad = bound_to(VERSION, organization, id, service.id());
        let key = service.unwrap(&wrapped, &aad).await?;
        Ok(KeyMaterial::from_plaintext(&key)?)
    }
}

/// Wraps a data key, and proves that the service gives it back: what is sealed under it is lost otherwise.
pub(super) async fn wrap(
    key: &KeyMaterial,
    service: &dyn MasterKeyService,
    organization: &OrganizationId,
    id: &DataKeyId,
) -> Result<String, SecretStoreError> {
    let aad = bound_to(VERSION, organization, id, service.id());
    let wrapped = service.wrap(&key.to_plaintext(), &aad).await?;
    if !(KEY_LEN..=MAX_WRAPPED_BYTES).contains(&wrapped.len()) {
        return Err(NotAWrappedKey::Length.into());
    }
    let back = match service.unwrap(&wrapped, &aad).await {
        Ok(back) => KeyMaterial::from_plaintext(&back).ok(),
        Err(SecretStoreError::DoesNotOpen) => None,
        Err(error) => return Err(error),
    };
    if back.is_none_or(|back| derive_id(&back) != *id) {
        return Err(NotAWrappedKey::OtherKey.into());
    }
    let mut text = String::with_capacity(HEAD_LEN + (wrapped.len() * 4).div_ceil(3));
    text.push_str(VERSION);
    text.push('.');
    text.push_str(service.id().as_str());
    text.push('.');
    encode_onto(&mut text, &wrapped);
    Ok(text)
}

/// What a service gave for a data key is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotAWrappedKey {
    #[error("what it gave for a data key has no length that a wrapped key can have")]
    Length,
    #[error("what it gave for a data key does not unwrap to that key")]
    OtherKey,
}

impl From<NotAWrappedKey> for SecretStoreError {
    fn from(error: NotAWrappedKey) -> Self {
        Self::Outside {
            trouble: OutsideTrouble::Refused,
            retry_after: None,
            cause: Box::new(error),
        }
    }
}
