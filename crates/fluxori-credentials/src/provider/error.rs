use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_connections::ReadError;
use fluxori_domain::{ConnectionId, ConnectionStatus, OutcomeClass};

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
    /// There is no access token that is valid for as long as was asked, and none can be bought: the credential came without
    /// a refresh token. The seller has to connect again.
    #[error("the connection has no access token that is valid for long enough")]
    NoValidToken {
        /// The connection.
        connection: ConnectionId,
        /// When the token ran out or runs out, if there is one.
        expires_at: Option<DateTime<Utc>>,
    },
    /// The marketplace does not renew the tokens for a reason that connecting again does not mend: a suspended account, a
    /// missing scope. The seller's page says so. Stop until it is settled; nobody asks the marketplace before `retry_after`.
    #[error("the marketplace does not renew the tokens ({class})")]
    Refused {
        /// The connection.
        connection: ConnectionId,
        /// What the marketplace said.
        class: OutcomeClass,
        /// Asking sooner gets the same answer.
        retry_after: Duration,
    },
    /// The tokens have run out, and the marketplace is troubled or asks to wait. Nothing is wrong with the connection. Try
    /// again. With [`OutcomeClass::AppConfig`] it is our own application that is refused or not set up: the operator has to
    /// mend it, and no seller is blamed.
    #[error("the tokens cannot be renewed at the moment ({class})")]
    Waiting {
        /// What the marketplace said.
        class: OutcomeClass,
        /// Not before this time has passed.
        retry_after: Duration,
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

impl CredentialError {
    /// What an adapter is told at `now`.
    pub(super) fn from_read(error: ReadError, now: DateTime<Utc>) -> Self {
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
            ReadError::Refused {
                connection,
                class,
                retry_at,
            } => Self::Refused {
                connection,
                class,
                retry_after: until(retry_at, now),
            },
            ReadError::Waiting { class, retry_at } => Self::Waiting {
                class,
                retry_after: until(retry_at, now),
            },
            ReadError::Unavailable { cause } => Self::Unavailable {
                retry_after: cause
                    .retry_after()
                    .map_or(USUAL_PAUSE, |wait| wait.max(USUAL_PAUSE)),
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

    /// When the same call may succeed without the seller or the operator doing anything; `None` when it will not.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Waiting { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                Some(*retry_after)
            }
            Self::NoSuchConnection
            | Self::Ambiguous
            | Self::NeedsSeller { .. }
            | Self::NoAccountChosen { .. }
            | Self::NoValidToken { .. }
            | Self::Refused { .. }
            | Self::Misconfigured { .. } => None,
        }
    }
}

/// From `now` to `then`, and nothing when that is over.
fn until(then: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (then - now).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use fluxori_domain::ports::{OutsideTrouble, SecretStoreError};

    use super::*;

    #[test]
    fn what_a_full_quota_asks_for_is_passed_on() {
        let unavailable = |retry_after| {
            let error = SecretStoreError::Outside {
                trouble: OutsideTrouble::Quota,
                retry_after,
                cause: "the quota is used up".into(),
            };
            let error = CredentialError::from_read(error.into(), DateTime::UNIX_EPOCH);
            assert!(matches!(error, CredentialError::Unavailable { .. }));
            error.retry_after()
        };
        let minute = Duration::from_mins(1);
        assert_eq!(unavailable(Some(minute)), Some(minute));
        assert_eq!(unavailable(None), Some(USUAL_PAUSE));
        let denied = SecretStoreError::Outside {
            trouble: OutsideTrouble::Denied,
            retry_after: None,
            cause: "it is not allowed".into(),
        };
        let denied = CredentialError::from_read(denied.into(), DateTime::UNIX_EPOCH);
        assert!(matches!(denied, CredentialError::Misconfigured { .. }));
        assert_eq!(denied.retry_after(), None);
    }

    #[test]
    fn times_become_pauses_and_never_negative_ones() {
        let now = DateTime::UNIX_EPOCH;
        let waiting = |seconds| {
            let error = ReadError::Waiting {
                class: OutcomeClass::Throttled,
                retry_at: now + TimeDelta::seconds(seconds),
            };
            CredentialError::from_read(error, now).retry_after()
        };
        assert_eq!(waiting(90), Some(Duration::from_secs(90)));
        assert_eq!(waiting(-90), Some(Duration::ZERO));
        let refused = ReadError::Refused {
            connection: ConnectionId::make(now),
            class: OutcomeClass::AccountSuspended,
            retry_at: now + TimeDelta::minutes(15),
        };
        let refused = CredentialError::from_read(refused, now);
        assert!(
            matches!(refused, CredentialError::Refused { retry_after, .. } if retry_after == Duration::from_mins(15))
        );
        assert_eq!(refused.retry_after(), None);
    }
}
