//! What only SQLite says this way.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl as _,
    SelectableHelper as _,
    dsl::sql,
    result::{DatabaseErrorKind, Error as DriverError},
};
use fluxori_domain::{
    Backend, DataKeyId, Marketplace, MasterKeyId, OrganizationId, TenantScope,
    ports::{Resealed, StorageError},
};

use super::form::Driver;
use crate::{
    failure::Failure,
    queries::{
        guards::{DataKeyLock, MasterKeyLock},
        ledger::its_entries,
        refreshes::{its_refreshes, the_credential},
    },
    rows::{HeldRow, LooseRow, RefreshRow},
    schema::{credential_refreshes, credentials, data_keys, loose_secrets},
    types::{Instant, Key, Micros},
};

/// Lets one transaction at a time decide about the default of a tenant's marketplace: here a transaction that writes is
/// alone anyway.
#[expect(
    clippy::unnecessary_wraps,
    reason = "has the signature of its twin, which asks the server"
)]
pub(crate) const fn lock_defaults(
    _: &mut Driver,
    _: &TenantScope,
    _: Marketplace,
) -> QueryResult<()> {
    Ok(())
}

/// The row of a credential's refreshes: here a transaction that writes is alone anyway.
pub(crate) fn lock_refresh(
    connection: &mut Driver,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Option<RefreshRow>> {
    credential_refreshes::table
        .filter(its_refreshes(scope, credential))
        .select(RefreshRow::as_select())
        .first(connection)
        .optional()
}

/// What a credential's row holds: here a transaction that writes is alone anyway.
pub(crate) fn lock_credential(
    connection: &mut Driver,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Option<HeldRow>> {
    credentials::table
        .filter(the_credential(scope, credential))
        .select(HeldRow::as_select())
        .first(connection)
        .optional()
}

/// Lets one transaction at a time decide about what is kept of a credential outside the database: here a transaction that
/// writes is alone anyway.
#[expect(
    clippy::unnecessary_wraps,
    reason = "has the signature of its twin, which asks the server"
)]
pub(crate) const fn lock_ledger(_: &mut Driver, _: &TenantScope, _: Key) -> QueryResult<()> {
    Ok(())
}

/// The entries of a credential: here a transaction that writes is alone anyway.
pub(crate) fn lock_entries(
    connection: &mut Driver,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Vec<LooseRow>> {
    loose_secrets::table
        .filter(its_entries(scope, credential))
        .select(LooseRow::as_select())
        .load(connection)
}

/// Whoever withdraws a master key waits for all who store something that it wraps: here a transaction that writes is
/// alone anyway.
#[expect(
    clippy::unnecessary_wraps,
    reason = "has the signature of its twin, which asks the server"
)]
pub(crate) const fn lock_master_key(
    _: &mut Driver,
    _: &MasterKeyId,
    _: MasterKeyLock,
) -> QueryResult<()> {
    Ok(())
}

/// Whether a data key is the active one; nothing when it is gone.
pub(crate) fn lock_data_key(
    connection: &mut Driver,
    organization: &OrganizationId,
    id: &DataKeyId,
    _: DataKeyLock,
) -> QueryResult<Option<bool>> {
    data_keys::table
        .filter(data_keys::organization_id.eq(organization.as_str()))
        .filter(data_keys::id.eq(id.as_str()))
        .select(data_keys::is_active)
        .first(connection)
        .optional()
}

/// Replaces stored values one by one with a prepared statement; how many rows still held what was seen.
pub(crate) fn reseal(
    connection: &mut Driver,
    organization: &OrganizationId,
    secrets: &[Resealed],
) -> QueryResult<usize> {
    let mut changed = 0;
    for Resealed { seen, secret } in secrets {
        let row = credentials::table
            .filter(credentials::organization_id.eq(organization.as_str()))
            .filter(credentials::user_id.eq(seen.scope.user.as_str()))
            .filter(credentials::id.eq(Key(*seen.id.as_uuid())))
            .filter(credentials::generation.eq(seen.generation.as_i64()))
            .filter(credentials::backend.eq(Backend::Database.as_str()))
            .filter(credentials::secret.eq(seen.secret.value.as_str()));
        changed += diesel::update(row)
            .set(credentials::secret.eq(secret.value.as_str()))
            .execute(connection)?;
    }
    Ok(changed)
}

/// Counts credentials by store and data key, and names one of each. A sealed value is `fx1.<data key>.<iv>.<ciphertext>`.
pub(crate) const CENSUS: &str = "\
    SELECT backend, CASE WHEN backend = 'database' THEN \
    substr(rest, 1, instr(rest, '.') - 1) END AS data_key, \
    min(lower(hex(id))) AS example, count(*) AS credentials \
    FROM (SELECT backend, id, substr(secret, instr(secret, '.') + 1) || '.' AS rest FROM credentials) \
    GROUP BY 1, 2 ORDER BY 1, 2";

/// The time, as all who use this file see it.
pub(crate) fn clock(connection: &mut Driver) -> QueryResult<Micros> {
    let now = sql::<Instant>("CAST(unixepoch('subsec') * 1000000 AS INTEGER)");
    diesel::select(now).get_result(connection)
}

/// Beginnings of SQLite's own fixed messages for trouble that can pass: the driver does not keep the code.
const TRANSIENT: &[&str] = &[
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
    "out of memory",
    "locking protocol",
];

/// Whether another program keeps the database to itself.
pub(crate) fn is_locked(error: &DriverError) -> bool {
    matches!(error, DriverError::DatabaseError(_, information)
        if information.message().starts_with("database is locked"))
}

/// What a failure means for the caller.
pub(crate) fn storage_error(failure: Failure) -> StorageError {
    let error = match failure {
        Failure::Storage(error) => return error,
        Failure::Driver(error) => error,
    };
    let transient = match &error {
        DriverError::DatabaseError(DatabaseErrorKind::Unknown, information) => TRANSIENT
            .iter()
            .any(|message| information.message().starts_with(message)),
        DriverError::BrokenTransactionManager | DriverError::RollbackErrorOnCommit { .. } => true,
        _ => false,
    };
    if transient {
        StorageError::Unavailable(Box::new(error))
    } else {
        StorageError::Refused(Box::new(error))
    }
}
