use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{SecretStoreError, WrappedDataKey};
use crate::{MasterKeyId, OrganizationId, SecretContext, StoredSecret};

/// Makes and wraps data keys under the active master key. Whoever calls it never sees a key.
#[async_trait]
pub trait KeyVault: Send + Sync {
    /// The master key that wraps new data keys.
    fn active(&self) -> &MasterKeyId;

    /// The same data key, wrapped anew by the active master key, though it may be that one that wraps it now.
    ///
    /// # Errors
    /// [`SecretStoreError::UnknownKey`] when its master key is not in the keyring; [`SecretStoreError::DoesNotOpen`] when
    /// it is damaged; [`SecretStoreError::Outside`] when a service keeps one of the master keys and did not answer.
    async fn wrap_anew(&self, key: &WrappedDataKey) -> Result<WrappedDataKey, SecretStoreError>;

    /// What seals secrets of one organization anew: by `to`, whichever of `from` seals them now. A key of `from` that is
    /// damaged is passed over: what it seals does not open.
    ///
    /// # Errors
    /// As [`KeyVault::wrap_anew`].
    async fn resealer(
        &self,
        to: &WrappedDataKey,
        from: &[WrappedDataKey],
    ) -> Result<Box<dyn Resealer>, SecretStoreError>;

    /// A new random data key.
    ///
    /// # Errors
    /// [`SecretStoreError::Outside`] when a service keeps the active master key and did not answer.
    async fn make(
        &self,
        organization: &OrganizationId,
        now: DateTime<Utc>,
    ) -> Result<WrappedDataKey, SecretStoreError>;
}

/// Holds data keys of one organization, ready for use. Waits for nothing.
pub trait Resealer: Send + Sync {
    /// The same secret in the same context, sealed by another data key, and proven to open.
    ///
    /// # Errors
    /// [`SecretStoreError::DoesNotOpen`] when it is damaged, or sealed by a key that is not here.
    fn reseal(
        &self,
        context: &SecretContext,
        secret: &StoredSecret,
    ) -> Result<StoredSecret, SecretStoreError>;
}
