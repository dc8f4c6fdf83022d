use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_connections::ReadError;
use fluxori_domain::{ConnectionId, ConnectionStatus};

/// When trouble is transient and nobody said how long it lasts, try again after this.
const USUAL_PAUSE: Duration = Duration::from_secs(5);

/// Why an adapter does not get a credential, by what has to happen next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// The seller has not connected this account. Skip it, or ask the seller to connect.
    #[error("there is no such connection")]
    NoSuchConnection,
    /// Several accounts are connected and none is the default. Name one, or ask the seller to choose a default.
    #[error("several accounts are connected and none is the default")]
    Ambiguous,
    /// The seller has to connect again. Stop until then; the seller's page says so.
    #[error("the connection is {}: the seller has to connect again", status.name())]
    NeedsSeller {
        /// The connection.
        connection: ConnectionId,
        /// Its state.
        status: ConnectionStatus,
    },
    /// The connection was made without a test, and which of the seller's accounts it is for is not known yet. A test of
    /// the connection finds out, or asks the seller.
    #[error("the connection has to be tested before its first use")]
    NoAccountChosen {
        /// The connection.
        connection: ConnectionId,
    },
    /// There is no access token that is valid for as long as was asked. A test of the connection buys a new one where
    /// the marketplace allows it (Amazon); elsewhere the seller has to paste one.
    #[error("the connection has no access token that is valid for long enough")]
    NoValidToken {
        /// The connection.
        connection: ConnectionId,
        /// When the token ran out or runs out, if there is one.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Nothing is wrong with the credential. Try again.
    #[error("the credential cannot be read at the moment")]
    Unavailable {
        /// Not before this time has passed.
        retry_after: Duration,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operator has to mend something. Trying again does not help.
    #[error("the credential cannot be read: this installation needs its operator")]
    Misconfigured {
        /// What.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<ReadError> for CredentialError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NoSuchConnection => Self::NoSuchConnection,
            ReadError::Ambiguous => Self::Ambiguous,
            ReadError::NeedsSeller { connection, status } => {
                Self::NeedsSeller { connection, status }
            }
            ReadError::NoValidToken {
                connection,
                expires_at,
            } => Self::NoValidToken {
                connection,
                expires_at,
            },
            ReadError::Unavailable { cause } => Self::Unavailable {
                retry_after: USUAL_PAUSE,
                cause: cause.into(),
            },
            ReadError::Misconfigured { cause } => Self::Misconfigured {
                cause: cause.into(),
            },
            unknown => Self::Misconfigured {
                cause: unknown.into(),
            },
        }
    }
}
