use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    DataKeyId, MasterKeyId,
    ports::{StorageError, WrappedDataKey},
};

use super::Place;
use crate::{schema::data_keys, types::Micros};

/// A row of `data_keys`. Not `Debug`, because of the wrapped key.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_keys)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct DataKeyRow {
    pub(crate) organization_id: String,
    pub(crate) id: String,
    pub(crate) master_key_id: String,
    pub(crate) wrapped: String,
    is_active: bool,
    created_at: Micros,
}

impl DataKeyRow {
    /// The row of a key that seals new values.
    pub(crate) fn active(key: WrappedDataKey) -> Self {
        Self {
            organization_id: key.organization.into(),
            id: key.id.to_string(),
            master_key_id: key.master_key.to_string(),
            wrapped: key.wrapped,
            is_active: true,
            created_at: Micros::of(key.created_at),
        }
    }
}

impl TryFrom<DataKeyRow> for WrappedDataKey {
    type Error = StorageError;

    fn try_from(row: DataKeyRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "data_keys",
            row: &row.id,
        };
        Ok(Self {
            id: DataKeyId::new(&row.id).map_err(|_| place.bad("id"))?,
            organization: place.text("organization_id", row.organization_id)?,
            master_key: MasterKeyId::new(&row.master_key_id)
                .map_err(|_| place.bad("master_key_id"))?,
            wrapped: row.wrapped,
            created_at: place.time("created_at", row.created_at)?,
        })
    }
}
