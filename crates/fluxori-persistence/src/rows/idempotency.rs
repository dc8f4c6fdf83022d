use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{ConnectionId, Fingerprint, IdempotencyKey, TenantScope, ports::Reservation};

use crate::{
    schema::idempotency_keys,
    types::{Key, Micros},
};

/// A row of `idempotency_keys`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct KeyRow {
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    pub(crate) key: String,
    fingerprint: Vec<u8>,
    connection_id: Option<Key>,
    expires_at: Micros,
}

impl KeyRow {
    /// The row of a reservation.
    pub(crate) fn reserved(
        scope: &TenantScope,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        expires_at: DateTime<Utc>,
    ) -> Self {
        Self {
            organization_id: scope.organization.to_string(),
            user_id: scope.user.to_string(),
            key: key.to_string(),
            fingerprint: fingerprint.0.to_vec(),
            connection_id: None,
            expires_at: Micros::of(expires_at),
        }
    }

    /// What this row, found in place of `wanted`, means for the request.
    pub(crate) fn judge(&self, wanted: &Self) -> Reservation {
        if self.fingerprint != wanted.fingerprint {
            Reservation::OtherRequest
        } else if let Some(id) = self.connection_id {
            Reservation::Done(ConnectionId::from_uuid(id.0))
        } else {
            Reservation::InFlight
        }
    }
}
