use async_trait::async_trait;

use super::StorageError;
use crate::{Backend, Plaintext, SecretContext, StoredSecret};

/// Why a secret could not be kept, opened or destroyed. Never says anything about the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretStoreError {
    /// The stored value does not open in this context: damaged, moved from elsewhere, or foreign.
    #[error("the stored secret does not open")]
    DoesNotOpen,
    /// No key of the keyring fits: the master key was changed without keeping the old one.
    #[error(
        "the key {id} that protects the stored secret is not in the keyring; add it to ENCRYPTION_KEYS_RETIRED"
    )]
    UnknownKey {
        /// The derived name of the missing key.
        id: String,
    },
    /// The secret is longer than the store accepts.
    #[error("the secret is longer than {limit} bytes")]
    TooLarge {
        /// The most bytes.
        limit: usize,
    },
    /// Keys are kept in the database, and it did not answer.
    #[error("the keys of the secret store could not be read or written")]
    Storage(#[from] StorageError),
}

impl SecretStoreError {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Storage(cause) => cause.is_transient(),
            Self::DoesNotOpen | Self::UnknownKey { .. } | Self::TooLarge { .. } => false,
        }
    }
}

/// Where secrets are kept. What `put` returns goes into the credential's row, and only that opens it again.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Which stored secrets this store understands.
    fn backend(&self) -> Backend;

    /// Keeps a secret and returns what the row must hold.
    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
    ) -> Result<StoredSecret, SecretStoreError>;

    /// Opens a secret in the context of the row that holds it.
    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError>;

    /// Destroys what the store keeps outside the row. Already gone is success.
    async fn destroy(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<(), SecretStoreError>;
}
