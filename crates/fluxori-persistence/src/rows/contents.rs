use diesel::{QueryableByName, sql_types::BigInt};
use fluxori_domain::ports::OrganizationContents;

/// How many rows of each kind an organization has.
#[derive(Debug, QueryableByName)]
pub(crate) struct ContentsRow {
    #[diesel(sql_type = BigInt)]
    connections: i64,
    #[diesel(sql_type = BigInt)]
    tombstones: i64,
    #[diesel(sql_type = BigInt)]
    credentials: i64,
    #[diesel(sql_type = BigInt)]
    data_keys: i64,
    #[diesel(sql_type = BigInt)]
    flows: i64,
    #[diesel(sql_type = BigInt)]
    sessions: i64,
    #[diesel(sql_type = BigInt)]
    idempotency_keys: i64,
    #[diesel(sql_type = BigInt)]
    loose_secrets: i64,
    #[diesel(sql_type = BigInt)]
    audit_events: i64,
}

impl From<ContentsRow> for OrganizationContents {
    fn from(row: ContentsRow) -> Self {
        Self {
            connections: row.connections.unsigned_abs(),
            tombstones: row.tombstones.unsigned_abs(),
            credentials: row.credentials.unsigned_abs(),
            data_keys: row.data_keys.unsigned_abs(),
            flows: row.flows.unsigned_abs(),
            sessions: row.sessions.unsigned_abs(),
            idempotency_keys: row.idempotency_keys.unsigned_abs(),
            loose_secrets: row.loose_secrets.unsigned_abs(),
            audit_events: row.audit_events.unsigned_abs(),
        }
    }
}
