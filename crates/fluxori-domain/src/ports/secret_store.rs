use std::{error::Error, time::Duration};

use async_trait::async_trait;

use super::{OutsideStore, Place, StorageError};
use crate::{Backend, OrganizationId, Plaintext, SecretContext, StoredSecret};

/// Why a secret could not be kept, opened or destroyed. Never says anything about the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretStoreError {
    /// The stored value does not open in this context: damaged, moved from elsewhere, or foreign.
    #[error("the stored secret does not open")]
    DoesNotOpen,
    /// No key of the keyring fits: the master key was changed without keeping the old one.
    #[error(
        "the key {id} that protects the stored secret is not in the keyring; add it to ENCRYPTION_KEYS_RETIRED, or to ENCRYPTION_KMS_KEYS_RETIRED if it is in Cloud KMS"
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
    /// The row names a store that this process is not set up for.
    #[error("the secret is kept in {backend}, which this process is not set up for: {}", missing(*backend))]
    NotConfigured {
        /// That store.
        backend: Backend,
    },
    /// A keeper outside the database did not do what was asked.
    #[error("{}", trouble.sentence())]
    Outside {
        /// What is wrong with it.
        trouble: OutsideTrouble,
        /// When it may work again, if the keeper said so.
        retry_after: Option<Duration>,
        /// What its client says. Holds nothing received from outside.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// The database, which names what stores keep, did not answer.
    #[error("the database behind the secret store could not be read or written")]
    Storage(#[from] StorageError),
}

/// What is wrong with a keeper outside the database. Each means another thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutsideTrouble {
    /// The secret or this version of it is not there: somebody deleted it by hand.
    Missing,
    /// This version was destroyed.
    Destroyed,
    /// This version was disabled.
    Disabled,
    /// This process may not do that.
    Denied,
    /// This process cannot prove who it is.
    Unauthenticated,
    /// No answer, or none that settles anything.
    Unavailable,
    /// More calls than the project may make.
    Quota,
    /// What arrived is not what was sent.
    Checksum,
    /// The key that the keeper protects its secrets with does not work.
    Key,
    /// The project has no billing account that works.
    Billing,
    /// The service is switched off in the project.
    ApiDisabled,
    /// The project cannot be used, or is not the one that the stored name says.
    Project,
    /// It refused in a way that it does not document.
    Refused,
}

impl OutsideTrouble {
    /// What is wrong, and what to do.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "Google does not have the secret: it was deleted by hand",
            Self::Destroyed => "this version of the secret was destroyed at Google",
            Self::Disabled => "this version of the secret is disabled at Google: enable it there",
            Self::Denied => {
                "Google does not allow it: `fluxori-server doctor` names the missing permission"
            }
            Self::Unauthenticated => {
                "Google does not accept this process: check the service account and its key"
            }
            Self::Unavailable => "Google does not answer at the moment",
            Self::Quota => "the project has used up its calls to Google for the moment",
            Self::Checksum => "what arrived from Google is not what was sent",
            Self::Key => {
                "the key in Cloud KMS does not work: check that it is enabled and may be used"
            }
            Self::Billing => "the Google project has no working billing account",
            Self::ApiDisabled => {
                "the service is switched off in the Google project: `fluxori-server doctor` prints how to enable it"
            }
            Self::Project => {
                "GCP_PROJECT_ID names a project that cannot be used, or another one than the secret is in"
            }
            Self::Refused => "Google refused, and does not document why",
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unavailable | Self::Quota | Self::Checksum)
    }
}

const fn missing(backend: Backend) -> &'static str {
    match backend {
        Backend::Database => "set ENCRYPTION_KEY, or move it with `fluxori-server secrets migrate`",
        Backend::GoogleSecretManager => "set GCP_PROJECT_ID",
    }
}

impl SecretStoreError {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Storage(cause) => cause.is_transient(),
            Self::Outside { trouble, .. } => trouble.is_transient(),
            Self::DoesNotOpen
            | Self::UnknownKey { .. }
            | Self::TooLarge { .. }
            | Self::NotConfigured { .. } => false,
        }
    }

    /// Whether the secret is gone for good, so that nothing can be done with it any more.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Outside {
                trouble: OutsideTrouble::Missing | OutsideTrouble::Destroyed,
                ..
            }
        )
    }
}

/// Where secrets are kept. What `put` returns goes into the credential's row, and only that opens it again.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Which stored secrets this store understands.
    fn backend(&self) -> Backend;

    /// Keeps a secret, makes sure that it can be opened again, and returns what the row must hold. `place` is one of
    /// [`SecretStore::outside`], for stores that have that.
    async fn put(
        &self,
        context: &SecretContext,
        plaintext: &Plaintext,
        place: Option<&Place>,
    ) -> Result<StoredSecret, SecretStoreError>;

    /// Opens a secret in the context of the row that holds it.
    async fn open(
        &self,
        context: &SecretContext,
        stored: &StoredSecret,
    ) -> Result<Plaintext, SecretStoreError>;

    /// Whether a secret of this organization could be kept now, `beside` the one that a row holds or anew. Asked before
    /// something is bought that can be stored nowhere else; costs nothing, or next to nothing, while all is well.
    ///
    /// # Errors
    /// Those of [`SecretStore::put`].
    async fn make_ready(
        &self,
        organization: &OrganizationId,
        beside: Option<&StoredSecret>,
    ) -> Result<(), SecretStoreError>;

    /// What the store keeps outside the database; `None` when all it has goes with the row.
    fn outside(&self) -> Option<&dyn OutsideStore> {
        None
    }
}
