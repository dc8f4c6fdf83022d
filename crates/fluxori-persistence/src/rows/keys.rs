use std::collections::BTreeMap;

use diesel::{QueryableByName, sql_types::BigInt};
use fluxori_domain::{
    MasterKeyId,
    ports::{KnownMasterKey, SealedCount, StorageError},
};

use super::Place;
use crate::types::Micros;

/// A master key, one of the data keys that it wraps, how many those are, and when the oldest was made.
type MasterKeyRow = (String, Option<String>, i64, Option<Micros>);

/// Master keys that are needed, and those that were withdrawn, with the time.
pub(crate) type MasterKeyRows = (Vec<MasterKeyRow>, Vec<(String, Micros)>);

/// What is known of master keys, by name: those that are needed, and those that were withdrawn.
pub(crate) fn known_master_keys(
    (needed, withdrawn): MasterKeyRows,
) -> Result<Vec<KnownMasterKey>, StorageError> {
    let mut known = BTreeMap::new();
    let unknown = |id: &MasterKeyId| KnownMasterKey {
        id: id.clone(),
        data_keys: 0,
        oldest: None,
        withdrawn_at: None,
    };
    for (name, example, count, oldest) in needed {
        let place = Place {
            table: "data_keys",
            row: &example.unwrap_or_default(),
        };
        let id = MasterKeyId::new(&name).map_err(|_| place.bad("master_key_id"))?;
        let oldest = oldest.map(|oldest| place.time("created_at", oldest));
        let key = KnownMasterKey {
            data_keys: count.unsigned_abs(),
            oldest: oldest.transpose()?,
            ..unknown(&id)
        };
        known.insert(id, key);
    }
    for (name, at) in withdrawn {
        let place = Place {
            table: "retired_master_keys",
            row: &name,
        };
        let id = MasterKeyId::new(&name).map_err(|_| place.bad("id"))?;
        let at = place.time("retired_at", at)?;
        let key = known.entry(id).or_insert_with_key(unknown);
        key.withdrawn_at = Some(at);
    }
    Ok(known.into_values().collect())
}

/// How many credentials, and how many of them under keys that are not active.
#[derive(Debug, QueryableByName)]
pub(crate) struct SealedRow {
    #[diesel(sql_type = BigInt)]
    credentials: i64,
    #[diesel(sql_type = BigInt)]
    by_inactive: i64,
    #[diesel(sql_type = BigInt)]
    active_keys: i64,
    #[diesel(sql_type = BigInt)]
    inactive_keys: i64,
}

impl From<SealedRow> for SealedCount {
    fn from(row: SealedRow) -> Self {
        Self {
            credentials: row.credentials.unsigned_abs(),
            by_inactive: row.by_inactive.unsigned_abs(),
            active_keys: row.active_keys.unsigned_abs(),
            inactive_keys: row.inactive_keys.unsigned_abs(),
        }
    }
}
