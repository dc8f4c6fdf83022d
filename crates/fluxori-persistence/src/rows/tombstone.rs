use diesel::{Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    ConnectionId,
    ports::{StorageError, Tombstone},
};

use super::{CredentialRow, Place, connection::details};
use crate::{
    schema::connections,
    types::{JsonText, Key, Micros},
};

/// What is left of a buried connection.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = connections)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct TombstoneRow {
    organization_id: String,
    user_id: String,
    id: Key,
    marketplace: String,
    details: JsonText,
    revoke: bool,
    deleted_at: Option<Micros>,
}

/// A tombstone with its credential, and whether a living connection still uses that.
pub(crate) fn tombstone(
    (row, credential, still_used): (TombstoneRow, CredentialRow, bool),
) -> Result<Tombstone, StorageError> {
    let place = Place {
        table: "connections",
        row: &row.id.0,
    };
    let deleted_at = row.deleted_at.ok_or_else(|| place.bad("deleted_at"))?;
    let marketplace = place.name("marketplace", &row.marketplace)?;
    Ok(Tombstone {
        connection: ConnectionId::from_uuid(row.id.0),
        marketplace,
        details: details(place, marketplace, &row.details)?,
        credential: credential.try_into()?,
        is_last: !still_used,
        revoke: row.revoke,
        scope: place.scope(row.organization_id, row.user_id)?,
        deleted_at: place.time("deleted_at", deleted_at)?,
    })
}
