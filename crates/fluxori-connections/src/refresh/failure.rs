use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Outcome, OutcomeClass};

use crate::ConnectionError;

/// Why there are no new tokens. Shared by all who waited for the same flight.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum RefreshFailure {
    /// The marketplace said something definite, and the connections say so by now.
    #[error("the marketplace refused to renew the tokens ({class})")]
    Refused {
        class: OutcomeClass,
        /// Nobody asks again before.
        retry_at: DateTime<Utc>,
    },
    /// Nothing was learnt about the credential.
    #[error("the marketplace gave no answer that counts ({class})")]
    Later {
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    },
    /// Our own application is refused: an incident of the operator's, of no seller's.
    #[error("the marketplace refuses our application")]
    Incident { retry_at: DateTime<Utc> },
    /// The credential is gone, or has become one that cannot be refreshed.
    #[error("the credential is gone or cannot be renewed")]
    Gone,
    /// The database or the secret store did not do what was asked.
    #[error("the database or the secret store did not do what was asked")]
    Internal(Arc<ConnectionError>),
}

impl RefreshFailure {
    /// Something got in the way on this side that says nothing about the credential: the next attempt may succeed.
    pub(super) fn hiccup(now: DateTime<Utc>) -> Self {
        Self::later(OutcomeClass::Transient.into(), now)
    }

    /// Nothing was learnt: later, or in a second where nobody says when.
    pub(super) fn later(outcome: Outcome, now: DateTime<Utc>) -> Self {
        Self::Later {
            class: outcome.class,
            retry_at: outcome.retry_at.unwrap_or(now + TimeDelta::seconds(1)),
        }
    }

    /// The same as an outcome of a test; `None` when nobody asked the marketplace.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        let (class, retry_at) = match self {
            Self::Refused { class, .. } => (*class, None),
            Self::Later { class, retry_at } => (*class, Some(*retry_at)),
            Self::Incident { retry_at } => (OutcomeClass::AppConfig, Some(*retry_at)),
            Self::Gone | Self::Internal(_) => return None,
        };
        Some(Outcome { class, retry_at })
    }
}

impl<E: Into<ConnectionError>> From<E> for RefreshFailure {
    fn from(error: E) -> Self {
        Self::Internal(Arc::new(error.into()))
    }
}
