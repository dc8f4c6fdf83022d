//! What only SQLite says this way.

use diesel::{
    OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl as _, SelectableHelper as _,
    dsl::sql,
    result::{DatabaseErrorKind, Error as DriverError},
};
use fluxori_domain::{Marketplace, TenantScope, ports::StorageError};

use super::form::Driver;
use crate::{
    failure::Failure,
    queries::{audit::Present, refreshes::its_refreshes},
    rows::{EventRow, RefreshRow},
    schema::{audit_events, credential_refreshes},
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

/// The time, as all who use this file see it.
pub(crate) fn clock(connection: &mut Driver) -> QueryResult<Micros> {
    let now = sql::<Instant>("CAST(unixepoch('subsec') * 1000000 AS INTEGER)");
    diesel::select(now).get_result(connection)
}

/// Appends events one by one with a prepared statement, which beats one long statement here.
pub(crate) fn append(
    connection: &mut Driver,
    events: &[EventRow],
    present: Present,
) -> Result<(), Failure> {
    for event in events {
        let insert = diesel::insert_into(audit_events::table).values(event);
        match present {
            Present::IsAnError => insert.execute(connection)?,
            Present::IsLeftAlone => insert.on_conflict_do_nothing().execute(connection)?,
        };
    }
    Ok(())
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
