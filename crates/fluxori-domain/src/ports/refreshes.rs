use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{CredentialChange, StorageError};
use crate::{
    AuditEvent, ConnectionId, Credential, CredentialId, Generation, Marketplace, OutcomeClass,
    SecretHash, TenantScope,
};

/// The sole right to spend the grant of one credential, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshLease {
    /// Whose credential.
    pub scope: TenantScope,
    /// Which credential.
    pub credential: CredentialId,
    /// Who holds it: one flight of one process.
    pub owner: Uuid,
    /// Counts the leases of this credential. A holder that was too slow is known by its old number.
    pub fence: i64,
}

impl RefreshLease {
    /// The longest that a lease may be asked for. One that seems to last longer was taken by a clock that was wrong, and
    /// does not count.
    pub const LONGEST: Duration = Duration::from_mins(5);
}

/// What is about to be done: written down before the marketplace is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshIntent {
    /// Whose credential.
    pub scope: TenantScope,
    /// Which credential.
    pub credential: CredentialId,
    /// The generation that was opened. Another one in the row means: somebody else was faster.
    pub generation: Generation,
    /// The token about to be spent.
    pub token: SecretHash,
    /// Who wants the lease.
    pub owner: Uuid,
    /// How long, at most [`RefreshLease::LONGEST`], by the database's clock: processes whose clocks differ agree on when
    /// a lease ends.
    pub lease_for: Duration,
    /// Whether to try although it failed a moment ago.
    pub ignore_cool_down: bool,
    /// Now.
    pub at: DateTime<Utc>,
}

/// The answer to [`RefreshRepository::begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The caller may spend the token, and nobody else may.
    Leased {
        /// The lease, to be ended by [`RefreshRepository::complete`], `fail` or `condemn`.
        lease: RefreshLease,
        /// When the same token was first spent without an answer being stored; now, if never before.
        first_spent_at: DateTime<Utc>,
        /// How often in a row it failed since the last success.
        failures: u32,
    },
    /// Somebody else is at it.
    Busy,
    /// It failed a moment ago; nobody tries before `until`.
    CoolingDown {
        /// Not before.
        until: DateTime<Utc>,
        /// How it failed.
        class: OutcomeClass,
    },
    /// The row holds another generation, or is gone: read it again.
    Moved,
}

/// How far a refresh has come, for whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshProgress {
    /// The generation now stored.
    pub generation: Generation,
    /// Whether somebody holds the lease now.
    pub is_leased: bool,
    /// Until when nobody tries again after a failure, and how it failed.
    pub cooling_down: Option<(DateTime<Utc>, OutcomeClass)>,
}

/// A credential that background work should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshDue {
    /// Whose.
    pub scope: TenantScope,
    /// Which.
    pub credential: CredentialId,
    /// One of its connections, for the audit trail.
    pub connection: ConnectionId,
    /// Where.
    pub marketplace: Marketplace,
}

/// Leases and intents of refreshing. Every change of a lease is a compare-and-swap; none of them is held as a database
/// connection.
#[async_trait]
pub trait RefreshRepository: Send + Sync {
    /// Takes the lease and writes the intent down, in one transaction. Proves, too, that the database can be written.
    async fn begin(&self, intent: RefreshIntent) -> Result<Begun, StorageError>;

    /// Where the refresh of a credential stands at `now`; `None` when the credential is gone.
    async fn progress(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
        now: DateTime<Utc>,
    ) -> Result<Option<RefreshProgress>, StorageError>;

    /// Stores the new secret, clears the intent and ends the lease, with the event, in one transaction. `false`, and
    /// nothing changed, when the lease is no longer the caller's or the generation is not the expected one.
    async fn complete(
        &self,
        lease: &RefreshLease,
        change: CredentialChange,
        event: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Ends the lease after a failure that says nothing final: the intent stays, and nobody tries before `retry_at`.
    /// `false` when the lease is no longer the caller's.
    async fn fail(
        &self,
        lease: &RefreshLease,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    ) -> Result<bool, StorageError>;

    /// Ends the lease after a definite verdict: every live connection of the credential gets the status that the class
    /// leads to, a new version and an event made from `event`, in one transaction, unless the generation is no longer
    /// `expected` or the lease no longer the caller's: `false` then. The secret stays. Nobody tries before `retry_at`.
    async fn condemn(
        &self,
        lease: &RefreshLease,
        expected: Generation,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// The credential, if it is this tenant's.
    async fn credential(
        &self,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> Result<Option<Credential>, StorageError>;

    /// Maintenance, all tenants: refreshes at `marketplace` that were begun and neither completed nor condemned, whose lease has ended
    /// and whose cool-down is over at `now`. Oldest first.
    async fn interrupted(
        &self,
        marketplace: Marketplace,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError>;

    /// Maintenance, all tenants: credentials of living, working connections whose refresh token dies before `before`
    /// unless it is used, and which are not cooling down at `now`. The nearest death first.
    async fn idle(
        &self,
        marketplace: Marketplace,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<RefreshDue>, StorageError>;
}
