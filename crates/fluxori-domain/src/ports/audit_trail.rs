use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StorageError;
use crate::{AuditFields, AuditHash};

/// The trails of all tenants, as they are stored: for checking, exporting and pruning them. Organizations go by the names
/// that the rows have, whatever these are.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Organizations of which there are events or a chain, by name.
    async fn organizations(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<String>, StorageError>;

    /// How many events there are, in all organizations or one. Near enough for a progress bar.
    async fn count(&self, organization: Option<&str>) -> Result<u64, StorageError>;

    /// Chains by the name of their organization.
    async fn chains(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<AuditChain>, StorageError>;

    /// One chain and what does not hang on it, as they are at one moment.
    async fn survey(&self, organization: &str) -> Result<AuditSurvey, StorageError>;

    /// Events of a chain behind number `after`, in their order.
    async fn chained(
        &self,
        organization: &str,
        after: i64,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError>;

    /// Events without a place in the chain, behind one of them.
    async fn unchained(
        &self,
        organization: &str,
        after: Option<&StoredAuditEvent>,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError>;

    /// Deletes the oldest events of a chain, from behind `from` up to `through`, of which `hash` is known to stand for all
    /// until there. `false`, and nothing deleted, when they are not what they were.
    async fn prune(
        &self,
        organization: &str,
        from: i64,
        through: i64,
        hash: AuditHash,
    ) -> Result<bool, StorageError>;

    /// Deletes events without a place in the chain that are older than `before`, at most `limit`; returns how many.
    async fn prune_unchained(
        &self,
        organization: &str,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<u64, StorageError>;
}

/// The chain of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChain {
    /// Whose.
    pub organization: String,
    /// How many events are from the time before there were chains, and have no place in this one.
    pub events_before: i64,
    /// The number of the last event that was deleted because it was old; 0 when none was.
    pub pruned_through: i64,
    /// What stands for it and all before it.
    pub pruned_hash: AuditHash,
    /// The number of the newest event; 0 when there never was one.
    pub sequence: i64,
    /// What stands for it and all before it.
    pub hash: AuditHash,
}

/// One chain, and what does not hang on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSurvey {
    /// The chain, if there is one.
    pub chain: Option<AuditChain>,
    /// How many events have no place in it.
    pub unchained: i64,
    /// How many claim a place behind its end, or before its beginning.
    pub outside: i64,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as those of AuditFields")]
pub struct StoredAuditEvent {
    pub organization: String,
    pub user: String,
    pub actor: Option<String>,
    pub connection: Uuid,
    pub id: Uuid,
    pub marketplace: String,
    pub kind: String,
    pub service: String,
    pub purpose: Option<String>,
    pub generation: Option<i64>,
    pub outcome: Option<String>,
    pub request_id: Option<String>,
    pub at: i64,
    pub occurrences: i64,
    /// Its number in the chain, if it has one.
    pub sequence: Option<i64>,
    /// What stands for it and all before it; nothing when that is not 32 bytes.
    pub hash: Option<AuditHash>,
}

impl StoredAuditEvent {
    /// Everything but its place in the chain.
    #[must_use]
    pub fn fields(&self) -> AuditFields<'_> {
        AuditFields {
            organization: &self.organization,
            user: &self.user,
            actor: self.actor.as_deref(),
            connection: self.connection,
            id: self.id,
            marketplace: &self.marketplace,
            kind: &self.kind,
            service: &self.service,
            purpose: self.purpose.as_deref(),
            generation: self.generation,
            outcome: self.outcome.as_deref(),
            request_id: self.request_id.as_deref(),
            at: self.at,
            occurrences: self.occurrences,
        }
    }
}
