use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{AuditEvent, AuditEventId, ConnectionId, ports::StorageError};

use super::{Place, credential::generation};
use crate::{
    schema::audit_events,
    types::{Key, Micros},
};

/// A row of `audit_events`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    pub(crate) connection_id: Key,
    pub(crate) id: Key,
    pub(crate) marketplace: String,
    pub(crate) kind: String,
    pub(crate) service: String,
    pub(crate) purpose: Option<String>,
    pub(crate) generation: Option<i64>,
    pub(crate) outcome: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: Micros,
    pub(crate) occurrences: i64,
    pub(crate) actor: Option<String>,
}

impl From<AuditEvent> for EventRow {
    fn from(event: AuditEvent) -> Self {
        Self {
            organization_id: event.scope.organization.into(),
            user_id: event.scope.user.into(),
            connection_id: Key(*event.connection.as_uuid()),
            id: Key(*event.id.as_uuid()),
            marketplace: event.marketplace.to_string(),
            kind: event.kind.to_string(),
            service: event.service.into(),
            purpose: event.purpose.map(Into::into),
            generation: event.generation.map(fluxori_domain::Generation::as_i64),
            outcome: event.outcome.map(|outcome| outcome.to_string()),
            request_id: event.request_id.map(Into::into),
            at: Micros::of(event.at),
            occurrences: i64::from(event.occurrences),
            actor: event.actor.map(Into::into),
        }
    }
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = StorageError;

    fn try_from(row: EventRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "audit_events",
            row: &row.id.0,
        };
        Ok(Self {
            id: AuditEventId::from_uuid(row.id.0),
            scope: place.scope(row.organization_id, row.user_id)?,
            actor: row
                .actor
                .map(|actor| place.text("actor", actor))
                .transpose()?,
            connection: ConnectionId::from_uuid(row.connection_id.0),
            marketplace: place.name("marketplace", &row.marketplace)?,
            kind: place.name("kind", &row.kind)?,
            service: place.text("service", row.service)?,
            purpose: row
                .purpose
                .map(|purpose| place.text("purpose", purpose))
                .transpose()?,
            generation: row
                .generation
                .map(|number| generation(place, number))
                .transpose()?,
            outcome: row
                .outcome
                .map(|outcome| place.name("outcome", &outcome))
                .transpose()?,
            request_id: row
                .request_id
                .map(|id| place.text("request_id", id))
                .transpose()?,
            at: place.time("at", row.at)?,
            occurrences: u32::try_from(row.occurrences).map_err(|_| place.bad("occurrences"))?,
        })
    }
}
