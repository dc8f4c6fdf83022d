//! Keys that callers gave to their requests.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _,
    upsert::excluded,
};
use fluxori_domain::{
    ConnectionId, IdempotencyKey, TenantScope,
    ports::{Completion, Reservation, StorageError},
};

use super::dual;
use crate::{
    failure::Failure,
    rows::KeyRow,
    schema::idempotency_keys,
    types::{Key, Micros},
};

/// How often a reservation is tried while others keep giving the key up between our two statements.
const ATTEMPTS: usize = 5;

dual! {
    /// Takes the key, if it is free or has expired, by one statement; otherwise says who has it.
    fn reserve(connection, wanted: &KeyRow, now: DateTime<Utc>) -> Result<Reservation, Failure> {
        for _ in 0..ATTEMPTS {
            let take = diesel::insert_into(idempotency_keys::table)
                .values(wanted)
                .on_conflict((
                    idempotency_keys::organization_id,
                    idempotency_keys::user_id,
                    idempotency_keys::key,
                ))
                .do_update()
                .set((
                    idempotency_keys::fingerprint.eq(excluded(idempotency_keys::fingerprint)),
                    idempotency_keys::connection_id.eq(excluded(idempotency_keys::connection_id)),
                    idempotency_keys::expires_at.eq(excluded(idempotency_keys::expires_at)),
                ));
            let expired = idempotency_keys::expires_at.le(Micros::of(now));
            let take = diesel::query_dsl::methods::FilterDsl::filter(take, expired);
            if wait!(take.execute(connection))? == 1 {
                return Ok(Reservation::Fresh);
            }
            let holder = idempotency_keys::table
                .filter(idempotency_keys::organization_id.eq(&wanted.organization_id))
                .filter(idempotency_keys::user_id.eq(&wanted.user_id))
                .filter(idempotency_keys::key.eq(&wanted.key))
                .select(KeyRow::as_select());
            if let Some(holder) = wait!(holder.first(connection)).optional()? {
                return Ok(holder.judge(wanted));
            }
        }
        Err(StorageError::Conflict.into())
    }

    /// Marks a reservation as done, in the transaction that made the connection.
    fn complete(
        connection,
        scope: &TenantScope,
        completion: &Completion,
        made: ConnectionId,
    ) -> Result<(), Failure> {
        let reserved = idempotency_keys::table
            .filter(idempotency_keys::organization_id.eq(scope.organization.as_str()))
            .filter(idempotency_keys::user_id.eq(scope.user.as_str()))
            .filter(idempotency_keys::key.eq(completion.key.as_str()))
            .filter(idempotency_keys::connection_id.is_null());
        let change = (
            idempotency_keys::connection_id.eq(Key(*made.as_uuid())),
            idempotency_keys::expires_at.eq(Micros::of(completion.expires_at)),
        );
        match wait!(diesel::update(reserved).set(change).execute(connection))? {
            1 => Ok(()),
            _ => Err(StorageError::Conflict.into()),
        }
    }

    /// Frees a key whose request has made nothing.
    fn release(connection, scope: &TenantScope, key: &IdempotencyKey) -> Result<(), Failure> {
        let reserved = idempotency_keys::table
            .filter(idempotency_keys::organization_id.eq(scope.organization.as_str()))
            .filter(idempotency_keys::user_id.eq(scope.user.as_str()))
            .filter(idempotency_keys::key.eq(key.as_str()))
            .filter(idempotency_keys::connection_id.is_null());
        wait!(diesel::delete(reserved).execute(connection))?;
        Ok(())
    }

    /// Forgets what has expired, of all tenants.
    fn purge(connection, now: DateTime<Utc>) -> Result<usize, Failure> {
        let expired = idempotency_keys::table
            .filter(idempotency_keys::expires_at.le(Micros::of(now)));
        Ok(wait!(diesel::delete(expired).execute(connection))?)
    }
}
