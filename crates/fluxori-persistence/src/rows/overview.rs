use diesel::{Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{ConnectionId, Expiring, Overview, ports::StorageError};

use super::{ClocksRow, Place};
use crate::{schema::connections, types::Key};

/// How many connections there are: all of them, then those in each state, in the order of the states.
pub(crate) type CountsRow = (i64, i64, i64, i64, i64, i64);

/// What is told of the connection that runs out next.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = connections)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct ExpiringRow {
    id: Key,
    label: String,
    marketplace: String,
    #[diesel(embed)]
    clocks: ClocksRow,
}

/// The overview that counts and the next one make.
pub(crate) fn overview(
    (total, pending, connected, error, expired, disconnected): CountsRow,
    next: Option<ExpiringRow>,
) -> Result<Overview, StorageError> {
    let by_status = [pending, connected, error, expired, disconnected].map(i64::unsigned_abs);
    let overview = Overview {
        by_status,
        next_expiry: next.map(TryInto::try_into).transpose()?,
    };
    if overview.total() != total.unsigned_abs() {
        let place = Place {
            table: "connections",
            row: &"of one tenant",
        };
        return Err(place.bad("status"));
    }
    Ok(overview)
}

impl TryFrom<ExpiringRow> for Expiring {
    type Error = StorageError;

    fn try_from(row: ExpiringRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "connections",
            row: &row.id.0,
        };
        Ok(Self {
            connection: ConnectionId::from_uuid(row.id.0),
            label: place.text("label", row.label)?,
            marketplace: place.name("marketplace", &row.marketplace)?,
            clocks: row.clocks.clocks(place)?,
        })
    }
}
