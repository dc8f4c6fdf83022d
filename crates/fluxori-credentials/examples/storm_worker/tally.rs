//! What callers count, and how counts of many are put together.

use std::{collections::BTreeMap, time::Duration};

use fluxori_credentials::CredentialError;
use serde_json::{Value, json};

/// What one caller, or all of a process, saw.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Credentials that were handed out.
    pub(crate) reads: u64,
    /// Of those, the ones with a generation that nobody in this process had seen.
    pub(crate) renewals: u64,
    /// Of those, the ones older than what somebody in this process had been handed before the call. There are none.
    pub(crate) stale: u64,
    /// Calls that took too long for their caller.
    pub(crate) given_up: u64,
    /// Answers that say when to try again, by kind.
    later: BTreeMap<&'static str, u64>,
    /// Answers that blame the seller or the operator, by kind. Nothing is wrong here, so there are none.
    wrong: BTreeMap<&'static str, u64>,
    /// How many calls took so many milliseconds.
    took: BTreeMap<u64, u64>,
}

impl Tally {
    /// A call came to an end after so long.
    pub(crate) fn took(&mut self, duration: Duration) {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        *self.took.entry(milliseconds).or_default() += 1;
    }

    /// A call failed. Says when to try again, if that helps.
    pub(crate) fn failed(&mut self, error: &CredentialError) -> Option<Duration> {
        let kind = kind_of(error);
        let retry_after = error.retry_after();
        let kinds = if retry_after.is_some() {
            &mut self.later
        } else {
            tracing::error!(kind, "a caller was told that something is wrong");
            &mut self.wrong
        };
        *kinds.entry(kind).or_default() += 1;
        retry_after
    }

    /// Takes over what another counted.
    pub(crate) fn add(&mut self, other: Self) {
        self.reads += other.reads;
        self.renewals += other.renewals;
        self.stale += other.stale;
        self.given_up += other.given_up;
        for (mine, theirs) in [
            (&mut self.later, other.later),
            (&mut self.wrong, other.wrong),
        ] {
            for (kind, count) in theirs {
                *mine.entry(kind).or_default() += count;
            }
        }
        for (milliseconds, count) in other.took {
            *self.took.entry(milliseconds).or_default() += count;
        }
    }

    /// As the starter reads it.
    pub(crate) fn json(&self) -> Value {
        json!({
            "reads": self.reads, "renewals": self.renewals, "stale": self.stale,
            "givenUp": self.given_up, "later": self.later, "wrong": self.wrong,
            "took": self.took.iter().collect::<Vec<_>>(),
        })
    }
}

fn kind_of(error: &CredentialError) -> &'static str {
    match error {
        CredentialError::NoSuchConnection => "no-such-connection",
        CredentialError::Ambiguous => "ambiguous",
        CredentialError::NeedsSeller { .. } => "needs-seller",
        CredentialError::NoAccountChosen { .. } => "no-account-chosen",
        CredentialError::NoValidToken { .. } => "no-valid-token",
        CredentialError::Refused { .. } => "refused",
        CredentialError::Waiting { .. } => "waiting",
        CredentialError::Unavailable { .. } => "unavailable",
        CredentialError::Misconfigured { .. } => "misconfigured",
        _ => "other",
    }
}
