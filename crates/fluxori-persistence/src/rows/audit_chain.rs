//! Chains of audit events, and events with their place in one.

use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    AuditFields, AuditHash,
    ports::{AuditChain, StorageError, StoredAuditEvent},
};

use super::{EventRow, Place};
use crate::schema::{audit_chains, audit_events};

/// The end of a chain, where the next event is appended.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_chains)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct HeadRow {
    pub(crate) organization_id: String,
    pub(crate) sequence: i64,
    pub(crate) hash: Vec<u8>,
}

/// A row of `audit_chains`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_chains)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct ChainRow {
    pub(crate) organization_id: String,
    pub(crate) events_before: i64,
    pub(crate) pruned_through: i64,
    pub(crate) pruned_hash: Vec<u8>,
    pub(crate) sequence: i64,
    pub(crate) hash: Vec<u8>,
}

impl ChainRow {
    /// A chain without events.
    pub(crate) fn empty(organization: &str) -> Self {
        Self {
            organization_id: organization.to_owned(),
            events_before: 0,
            pruned_through: 0,
            pruned_hash: AuditHash::START.0.to_vec(),
            sequence: 0,
            hash: AuditHash::START.0.to_vec(),
        }
    }
}

fn hash(organization: &str, column: &'static str, bytes: &[u8]) -> Result<AuditHash, StorageError> {
    let place = Place {
        table: "audit_chains",
        row: &organization,
    };
    bytes
        .try_into()
        .map(AuditHash)
        .map_err(|_| place.bad(column))
}

impl TryFrom<ChainRow> for AuditChain {
    type Error = StorageError;

    fn try_from(row: ChainRow) -> Result<Self, StorageError> {
        Ok(Self {
            pruned_hash: hash(&row.organization_id, "pruned_hash", &row.pruned_hash)?,
            hash: hash(&row.organization_id, "hash", &row.hash)?,
            organization: row.organization_id,
            events_before: row.events_before,
            pruned_through: row.pruned_through,
            sequence: row.sequence,
        })
    }
}

/// An event with its place in the chain, if it has one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ChainedRow {
    #[diesel(embed)]
    pub(crate) event: EventRow,
    pub(crate) sequence: Option<i64>,
    pub(crate) hash: Option<Vec<u8>>,
}

impl HeadRow {
    /// Gives an event the next place in the chain, whose end it is from then on.
    pub(crate) fn take_up(&mut self, event: EventRow) -> Result<ChainedRow, StorageError> {
        let before = hash(&self.organization_id, "hash", &self.hash)?;
        self.sequence = self.sequence.saturating_add(1);
        self.hash = event.fields().link(&before, self.sequence).0.to_vec();
        Ok(ChainedRow {
            event,
            sequence: Some(self.sequence),
            hash: Some(self.hash.clone()),
        })
    }
}

impl EventRow {
    /// Everything that its hash stands for.
    fn fields(&self) -> AuditFields<'_> {
        AuditFields {
            organization: &self.organization_id,
            user: &self.user_id,
            actor: self.actor.as_deref(),
            connection: self.connection_id.0,
            id: self.id.0,
            marketplace: &self.marketplace,
            kind: &self.kind,
            service: &self.service,
            purpose: self.purpose.as_deref(),
            generation: self.generation,
            outcome: self.outcome.as_deref(),
            request_id: self.request_id.as_deref(),
            at: self.at.0,
            occurrences: self.occurrences,
        }
    }
}

impl From<ChainedRow> for StoredAuditEvent {
    fn from(row: ChainedRow) -> Self {
        let ChainedRow {
            event,
            sequence,
            hash,
        } = row;
        Self {
            organization: event.organization_id,
            user: event.user_id,
            actor: event.actor,
            connection: event.connection_id.0,
            id: event.id.0,
            marketplace: event.marketplace,
            kind: event.kind,
            service: event.service,
            purpose: event.purpose,
            generation: event.generation,
            outcome: event.outcome,
            request_id: event.request_id,
            at: event.at.0,
            occurrences: event.occurrences,
            sequence,
            hash: hash.and_then(|bytes| bytes.try_into().ok().map(AuditHash)),
        }
    }
}
