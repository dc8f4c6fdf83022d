use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use fluxori_domain::{
    DataKeyId,
    ports::{SecretCount, StorageError},
};
use uuid::Uuid;

use super::Place;

/// How many credentials live in one place, and one of them by name.
#[derive(Debug, QueryableByName)]
pub(crate) struct CensusRow {
    #[diesel(sql_type = Text)]
    backend: String,
    #[diesel(sql_type = Nullable<Text>)]
    data_key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    example: Option<String>,
    #[diesel(sql_type = BigInt)]
    credentials: i64,
}

impl TryFrom<CensusRow> for SecretCount {
    type Error = StorageError;

    fn try_from(row: CensusRow) -> Result<Self, StorageError> {
        // The databases write identifiers in different ways.
        let example = Uuid::try_parse(row.example.as_deref().unwrap_or_default());
        let place = Place {
            table: "credentials",
            row: &example.unwrap_or_default(),
        };
        let data_key = row.data_key.as_deref().map(DataKeyId::new).transpose();
        Ok(Self {
            backend: place.name("backend", &row.backend)?,
            data_key: data_key.map_err(|_| place.bad("secret"))?,
            credentials: row.credentials.unsigned_abs(),
        })
    }
}
