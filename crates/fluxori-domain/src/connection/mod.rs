//! What a seller sees: one account at one marketplace.

mod overview;
mod status;

use chrono::{DateTime, Utc};

pub use overview::{Expiring, Overview};
pub use status::ConnectionStatus;

use crate::{
    AccountDetails, AccountId, AuthType, Clocks, ConnectionId, CredentialId, Generation, Label,
    Marketplace, OutcomeClass, TenantScope, text::named_enum,
};

/// One account at one marketplace, owned by a user in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name for ever.
    pub id: ConnectionId,
    /// Its owner.
    pub scope: TenantScope,
    /// Where the account is.
    pub marketplace: Marketplace,
    /// How it was connected.
    pub auth_type: AuthType,
    /// The seller's own name for it.
    pub label: Label,
    /// The account, pinned at the first successful test.
    pub account_id: Option<AccountId>,
    /// The account's name as the marketplace reported it.
    pub account_name: Option<String>,
    /// What else is known of the account.
    pub details: AccountDetails,
    /// Whether it works, and why not.
    pub status: ConnectionStatus,
    /// The latest test.
    pub last_check: Option<Check>,
    /// The latest synchronisation that an adapter reported.
    pub last_sync: Option<LastSync>,
    /// Whether it is the one that an adapter gets when it names no account.
    pub is_default: bool,
    /// Its secret.
    pub credential_id: CredentialId,
    /// When the parts of that run out, as they were when this was read. Changing a connection does not change them.
    pub clocks: Clocks,
    /// Counts every change of this row, from 1. A change must name the version it saw.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A test of the credential at the marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// When the test began.
    pub at: DateTime<Utc>,
    /// How it ended.
    pub outcome: OutcomeClass,
}

named_enum!(
    /// How a synchronisation ended, as the adapter says.
    SyncOutcome, "a synchronisation outcome" {
        /// Everything was transferred.
        Succeeded = "succeeded",
        /// Something was not transferred.
        Failed = "failed",
    }
);

/// A synchronisation that an adapter reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSync {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How it ended.
    pub outcome: SyncOutcome,
}

/// Which of the caller's connections to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionFilter {
    /// Only of this marketplace.
    pub marketplace: Option<Marketplace>,
    /// Only with this status, by its name (see [`ConnectionStatus::name`]).
    pub status: Option<&'static str>,
    /// Only those that run out by this time unless somebody does something (see [`Clocks::next`]).
    pub expiring_by: Option<DateTime<Utc>>,
}

/// A change that makes no sense in the state the connection is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The result belongs to a secret that has been replaced since.
    #[error("the result is about an older generation of the credential")]
    StaleGeneration,
    /// A newer test has already been recorded.
    #[error("a newer test has already been recorded")]
    StaleCheck,
    /// The marketplace reports another account than the one pinned at the first success.
    #[error("the marketplace reports another account than the one this connection belongs to")]
    OtherAccount,
    /// Details of one marketplace cannot describe a connection of another.
    #[error("the details are of another marketplace")]
    OtherMarketplace,
}

impl Connection {
    /// Records the end of a test that began at `at` against `tested`, while the credential is at `current`.
    ///
    /// Trouble that says nothing about the credential is recorded, and leaves the status alone.
    ///
    /// # Errors
    /// [`TransitionError::StaleGeneration`] or [`TransitionError::StaleCheck`]: the connection is unchanged.
    pub fn record_check(
        &mut self,
        check: Check,
        tested: Generation,
        current: Generation,
    ) -> Result<(), TransitionError> {
        if tested != current {
            return Err(TransitionError::StaleGeneration);
        }
        if self.last_check.is_some_and(|last| last.at > check.at) {
            return Err(TransitionError::StaleCheck);
        }
        self.last_check = Some(check);
        self.status = self.status.after(check.outcome);
        Ok(())
    }

    /// Pins the account, or confirms that it is still the pinned one, and updates what is known of it.
    ///
    /// # Errors
    /// [`TransitionError::OtherAccount`] or [`TransitionError::OtherMarketplace`]: the connection is unchanged.
    pub fn confirm_account(
        &mut self,
        id: AccountId,
        name: Option<String>,
        details: AccountDetails,
    ) -> Result<(), TransitionError> {
        if details.marketplace() != self.marketplace {
            return Err(TransitionError::OtherMarketplace);
        }
        if self.account_id.as_ref().is_some_and(|pinned| *pinned != id) {
            return Err(TransitionError::OtherAccount);
        }
        self.account_id = Some(id);
        self.account_name = name.or(self.account_name.take());
        self.details = details;
        Ok(())
    }

    /// Starts over with a new secret, of which this check is all that is known.
    pub fn start_over(&mut self, check: Check) {
        self.last_check = Some(check);
        self.status = ConnectionStatus::Pending.after(check.outcome);
    }
}
