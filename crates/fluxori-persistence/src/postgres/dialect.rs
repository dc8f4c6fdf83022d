//! What only PostgreSQL says this way.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _, define_sql_function,
    result::{DatabaseErrorKind, Error as DriverError},
    sql_types::{Array, BigInt, Text},
};
use diesel_async::RunQueryDsl as _;
use fluxori_domain::{
    DataKeyId, Marketplace, MasterKeyId, OrganizationId, TenantScope,
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
    types::{Identifier, Instant, Key, Micros, Void},
};

define_sql_function!(fn hashtextextended(text: Text, seed: BigInt) -> BigInt);
define_sql_function!(fn clock_timestamp() -> Instant);
define_sql_function!(fn pg_advisory_xact_lock(key: BigInt) -> Void);
define_sql_function!(fn pg_advisory_xact_lock_shared(key: BigInt) -> Void);

/// Lets one transaction at a time decide about the default of a tenant's marketplace, until it ends.
pub(crate) async fn lock_defaults(
    connection: &mut Driver<'_>,
    scope: &TenantScope,
    marketplace: Marketplace,
) -> QueryResult<()> {
    // No part contains the divider, which is a control character.
    let name = format!("{}\n{}\n{marketplace}", scope.organization, scope.user);
    diesel::select(pg_advisory_xact_lock(hashtextextended(name, 0)))
        .execute(connection)
        .await
        .map(|_| ())
}

/// The row of a credential's refreshes, for this transaction alone until it ends.
pub(crate) async fn lock_refresh(
    connection: &mut Driver<'_>,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Option<RefreshRow>> {
    credential_refreshes::table
        .filter(its_refreshes(scope, credential))
        .select(RefreshRow::as_select())
        .for_update()
        .first(connection)
        .await
        .optional()
}

/// What a credential's row holds, which nobody else changes until this transaction ends.
pub(crate) async fn lock_credential(
    connection: &mut Driver<'_>,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Option<HeldRow>> {
    credentials::table
        .filter(the_credential(scope, credential))
        .select(HeldRow::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// Lets one transaction at a time decide about what is kept of a credential outside the database, until it ends.
pub(crate) async fn lock_ledger(
    connection: &mut Driver<'_>,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<()> {
    // No part contains the divider, which is a control character.
    let name = format!("{}\n{}\n{}", scope.organization, scope.user, credential.0);
    diesel::select(pg_advisory_xact_lock(hashtextextended(name, 0)))
        .execute(connection)
        .await
        .map(|_| ())
}

/// The entries of a credential, which nobody else changes until this transaction ends.
pub(crate) async fn lock_entries(
    connection: &mut Driver<'_>,
    scope: &TenantScope,
    credential: Key,
) -> QueryResult<Vec<LooseRow>> {
    loose_secrets::table
        .filter(its_entries(scope, credential))
        .select(LooseRow::as_select())
        .for_update()
        .load(connection)
        .await
}

/// Whoever withdraws a master key waits for all who store something that it wraps, and lets none begin.
pub(crate) async fn lock_master_key(
    connection: &mut Driver<'_>,
    id: &MasterKeyId,
    lock: MasterKeyLock,
) -> QueryResult<()> {
    let name = hashtextextended(format!("master key\n{id}"), 0);
    let locked = match lock {
        MasterKeyLock::Wraps => {
            let shared = diesel::select(pg_advisory_xact_lock_shared(name));
            shared.execute(connection).await
        }
        MasterKeyLock::Withdraws => {
            let alone = diesel::select(pg_advisory_xact_lock(name));
            alone.execute(connection).await
        }
    };
    locked.map(|_| ())
}

/// Whether a data key is the active one; nothing when it is gone. It stays until this transaction ends, unless that
/// deletes it.
pub(crate) async fn lock_data_key(
    connection: &mut Driver<'_>,
    organization: &OrganizationId,
    id: &DataKeyId,
    lock: DataKeyLock,
) -> QueryResult<Option<bool>> {
    let key = data_keys::table
        .filter(data_keys::organization_id.eq(organization.as_str()))
        .filter(data_keys::id.eq(id.as_str()))
        .select(data_keys::is_active);
    let found = match lock {
        DataKeyLock::Seals => key.for_key_share().first(connection).await,
        DataKeyLock::Deletes => key.for_update().first(connection).await,
    };
    found.optional()
}

/// Replaces stored values by one statement, however many; how many rows still held what was seen.
pub(crate) async fn reseal(
    connection: &mut Driver<'_>,
    organization: &OrganizationId,
    secrets: &[Resealed],
) -> QueryResult<usize> {
    fn column<'s, T>(secrets: &'s [Resealed], value: impl Fn(&'s Resealed) -> T) -> Vec<T> {
        secrets.iter().map(value).collect()
    }
    diesel::sql_query(
        "UPDATE credentials AS c SET secret = n.secret \
         FROM unnest($2, $3, $4, $5, $6) AS n (user_id, id, generation, seen, secret) \
         WHERE c.organization_id = $1 AND c.user_id = n.user_id AND c.id = n.id \
         AND c.generation = n.generation AND c.backend = 'database' AND c.secret = n.seen",
    )
    .bind::<Text, _>(organization.as_str())
    .bind::<Array<Text>, _>(column(secrets, |one| one.seen.scope.user.as_str()))
    .bind::<Array<Identifier>, _>(column(secrets, |one| Key(*one.seen.id.as_uuid())))
    .bind::<Array<BigInt>, _>(column(secrets, |one| one.seen.generation.as_i64()))
    .bind::<Array<Text>, _>(column(secrets, |one| one.seen.secret.value.as_str()))
    .bind::<Array<Text>, _>(column(secrets, |one| one.secret.value.as_str()))
    .execute(connection)
    .await
}

/// Counts credentials by store and data key, and names one of each. A sealed value is `fx1.<data key>.<iv>.<ciphertext>`.
pub(crate) const CENSUS: &str = "\
    SELECT backend, CASE WHEN backend = 'database' THEN split_part(secret, '.', 2) END AS data_key, \
    min(id::text) AS example, count(*) AS credentials \
    FROM credentials GROUP BY 1, 2 ORDER BY 1, 2";

/// The time, as all who use this database see it.
pub(crate) async fn clock(connection: &mut Driver<'_>) -> QueryResult<Micros> {
    diesel::select(clock_timestamp())
        .get_result(connection)
        .await
}

/// Whether the same statement may succeed later, or on another connection.
///
/// The driver keeps the SQLSTATE of few errors. Of the others, those with a position in the statement are about the
/// statement (syntax, unknown column); the rest is about the server: shutting down, out of disk, lock or statement
/// timeout, too many connections.
pub(crate) fn is_transient(error: &DriverError) -> bool {
    match error {
        DriverError::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction => true,
            DatabaseErrorKind::Unknown => information.statement_position().is_none(),
            _ => false,
        },
        DriverError::BrokenTransactionManager | DriverError::RollbackErrorOnCommit { .. } => true,
        _ => false,
    }
}

/// What a failure means for the caller.
pub(crate) fn storage_error(failure: Failure) -> StorageError {
    match failure {
        Failure::Storage(error) => error,
        Failure::Driver(error) if is_transient(&error) => {
            StorageError::Unavailable(Box::new(error))
        }
        Failure::Driver(error) => StorageError::Refused(Box::new(error)),
    }
}
