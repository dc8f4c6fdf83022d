use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuthType, ConnectionId, ConnectionStatus, InvalidForm, MalformedDocument, Marketplace, Outcome,
    OutcomeClass,
    ports::{AccountChoice, SecretStoreError, StorageError},
};

/// Why a use case did not do what was asked. Nothing was changed unless a variant says so.
///
/// Exhaustive on purpose: whoever answers callers must decide what each new variant means to them.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The caller has no such connection.
    #[error("no such connection")]
    NotFound,
    /// This installation does not offer that.
    #[error("{marketplace} cannot be connected in this way")]
    NotSupported {
        /// The marketplace.
        marketplace: Marketplace,
        /// The way that was asked for.
        auth_type: Option<AuthType>,
    },
    /// The operator has not set up what this way of connecting needs.
    #[error("{marketplace} is not set up here: missing {}", missing.join(", "))]
    NotConfigured {
        /// The marketplace.
        marketplace: Marketplace,
        /// Settings by their environment name.
        missing: Vec<&'static str>,
    },
    /// The form cannot become a credential.
    #[error(transparent)]
    InvalidForm(#[from] InvalidForm),
    /// The marketplace did not confirm that the credential works. It was not stored.
    #[error("the marketplace did not confirm the credential ({})", outcome.class)]
    NotConfirmed {
        /// What the answer means.
        outcome: Outcome,
    },
    /// The credential reaches several accounts: the caller must choose one.
    #[error("the credential reaches {} accounts", choices.len())]
    ChoiceRequired {
        /// The accounts.
        choices: Vec<AccountChoice>,
    },
    /// The account is already connected.
    #[error("the account is already connected as {existing}")]
    AlreadyConnected {
        /// The existing connection.
        existing: ConnectionId,
    },
    /// The credential belongs to another account than the connection.
    #[error("the credential belongs to another account than the connection")]
    OtherAccount,
    /// Somebody changed the connection since the caller saw it.
    #[error("the connection was changed by somebody else")]
    Changed,
    /// A request with the same idempotency key is being worked on.
    #[error("a request with the same idempotency key is being worked on")]
    IdempotencyInFlight,
    /// The idempotency key came with another request before.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// The address to return to is not one that the operator allows.
    #[error("the address to return to is not allowed here")]
    ReturnAddress,
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes")]
    Randomness,
    /// Renewing the tokens failed on this side.
    #[error("the tokens could not be renewed")]
    Refresh(#[source] Arc<ConnectionError>),
    /// The secret could not be kept, opened or destroyed.
    #[error("the secret store did not do what was asked")]
    Secret(#[from] SecretStoreError),
    /// The opened secret is not a credential document.
    #[error(transparent)]
    MalformedDocument(#[from] MalformedDocument),
    /// The database did not do what was asked.
    #[error("the database did not do what was asked")]
    Storage(#[source] StorageError),
}

impl From<StorageError> for ConnectionError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Duplicate { existing } => Self::AlreadyConnected { existing },
            StorageError::Conflict => Self::Changed,
            other => Self::Storage(other),
        }
    }
}

impl ConnectionError {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotConfirmed { outcome } => outcome.class.is_transient(),
            Self::Refresh(cause) => cause.is_transient(),
            Self::Secret(cause) => cause.is_transient(),
            Self::Storage(cause) => cause.is_transient(),
            Self::IdempotencyInFlight | Self::Randomness => true,
            Self::NotFound
            | Self::NotSupported { .. }
            | Self::NotConfigured { .. }
            | Self::InvalidForm(_)
            | Self::ChoiceRequired { .. }
            | Self::AlreadyConnected { .. }
            | Self::OtherAccount
            | Self::Changed
            | Self::IdempotencyMismatch
            | Self::ReturnAddress
            | Self::MalformedDocument(_) => false,
        }
    }

    /// When the keeper of the secrets may work again, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refresh(cause) => cause.retry_after(),
            Self::Secret(SecretStoreError::Outside { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }
}

/// Why an adapter does not get a credential, by what has to happen next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The seller has not connected this, or has deleted it.
    #[error("there is no such connection")]
    NoSuchConnection,
    /// Several accounts are connected and none is the default: name one, or let the seller choose a default.
    #[error("several accounts are connected and none is the default")]
    Ambiguous,
    /// Only the seller can make it work again.
    #[error("the connection is {}: the seller has to connect again", status.name())]
    NeedsSeller {
        /// The connection.
        connection: ConnectionId,
        /// Its state.
        status: ConnectionStatus,
    },
    /// The access token is used up or was never bought, and the seller has to bring a new one or test the connection.
    #[error("the connection has no access token that is valid for long enough")]
    NoValidToken {
        /// The connection.
        connection: ConnectionId,
        /// When the token ran out or runs out, if there is one.
        expires_at: Option<DateTime<Utc>>,
    },
    /// The marketplace has suspended the account, or will not renew the tokens for another reason that only the seller or
    /// the operator can mend. Connecting again does not help.
    #[error("the marketplace does not renew the tokens ({class})")]
    Refused {
        /// The connection.
        connection: ConnectionId,
        /// What the marketplace said.
        class: OutcomeClass,
        /// Nobody asks it again before.
        retry_at: DateTime<Utc>,
    },
    /// The tokens have to be renewed, and the marketplace is troubled or asks to wait. Nothing is wrong with the connection.
    #[error("the tokens cannot be renewed at the moment ({class})")]
    Waiting {
        /// What the marketplace said.
        class: OutcomeClass,
        /// Nobody asks it again before.
        retry_at: DateTime<Utc>,
    },
    /// Try again later.
    #[error("the credential cannot be read at the moment")]
    Unavailable {
        /// Why.
        #[source]
        cause: Arc<ConnectionError>,
    },
    /// The operator has to mend something: a key, the database schema.
    #[error("the credential cannot be read: this installation needs its operator")]
    Misconfigured {
        /// What.
        #[source]
        cause: Arc<ConnectionError>,
    },
}

impl<E: Into<ConnectionError>> From<E> for ReadError {
    fn from(cause: E) -> Self {
        Self::from_shared(Arc::new(cause.into()))
    }
}

impl ReadError {
    /// What a failure that others wait for too means to this caller.
    pub(crate) fn from_shared(cause: Arc<ConnectionError>) -> Self {
        if cause.is_transient() {
            Self::Unavailable { cause }
        } else {
            Self::Misconfigured { cause }
        }
    }
}
