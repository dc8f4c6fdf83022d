use async_trait::async_trait;

use super::SecretStoreError;
use crate::{MasterKeyId, Plaintext};

/// A master key that never leaves its keeper: data keys are sent there to be wrapped and unwrapped.
///
/// Every call may wait for the network, so callers remember what was unwrapped.
#[async_trait]
pub trait MasterKeyService: Send + Sync {
    /// The name that rows carry, derived from [`MasterKeyService::name`]: the same key has the same one in every process.
    fn id(&self) -> &MasterKeyId;

    /// What the keeper calls the key. Not secret.
    fn name(&self) -> &str;

    /// Encrypts a data key, bound to `aad`. The same key never gives the same bytes twice.
    ///
    /// # Errors
    /// [`SecretStoreError::Outside`] when the keeper did not do it.
    async fn wrap(&self, key: &Plaintext, aad: &[u8]) -> Result<Vec<u8>, SecretStoreError>;

    /// Decrypts what [`MasterKeyService::wrap`] returned. The keeper may have given the key newer versions since.
    ///
    /// # Errors
    /// [`SecretStoreError::DoesNotOpen`] when it was wrapped by another key, bound to something else, or changed;
    /// [`SecretStoreError::Outside`] when the keeper did not answer that.
    async fn unwrap(&self, wrapped: &[u8], aad: &[u8]) -> Result<Plaintext, SecretStoreError>;
}
