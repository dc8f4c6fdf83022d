//! Changing a connection and its credential.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    SelectableHelper as _,
};
use fluxori_domain::{
    AuditEvent, Connection, ConnectionId, LastSync, TenantScope,
    ports::{self, StorageError},
};

use super::{dual, read::living, refreshes::the_credential};
use crate::{
    failure::Failure,
    rows::{ConnectionChange, ConnectionRow, CredentialChangeRow},
    schema::{connections, credentials},
    types::{Key, Micros},
};

dual! {
    /// Stores a changed connection, a changed secret and the event.
    fn update(
        connection,
        changed: &Connection,
        secret: Option<&ports::CredentialChange>,
        event: &AuditEvent,
    ) -> Result<Connection, Failure> {
        let Connection { scope, marketplace, .. } = changed;
        if changed.is_default {
            let at = Micros::of(changed.updated_at);
            wait!(dialect::lock_defaults(connection, scope, *marketplace))?;
            wait!(defaults::take_from_others(connection, scope, *marketplace, changed.id, at))?;
        }
        let seen = connections::table
            .filter(living(scope))
            .filter(connections::id.eq(Key(*changed.id.as_uuid())))
            .filter(connections::version.eq(changed.version));
        let update = diesel::update(seen)
            .set(ConnectionChange::of(changed))
            .returning(ConnectionRow::as_returning());
        let stored: Option<ConnectionRow> = wait!(update.get_result(connection)).optional()?;
        let clocks = secret.map_or(changed.clocks, |secret| secret.clocks);
        let stored = stored.ok_or(StorageError::Conflict)?.connection(clocks)?;
        if let Some(secret) = secret {
            wait!(replace_secret(connection, &stored, secret, event.at))?;
        }
        wait!(audit::record(connection, vec![event.clone().into()]))?;
        Ok(stored)
    }

    /// Stores the next generation of a connection's credential.
    fn replace_secret(
        connection,
        owner: &Connection,
        change: &ports::CredentialChange,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let (scope, id) = (&owner.scope, Key(*owner.credential_id.as_uuid()));
        // First of all, as whoever stores a refresh locks it: two who lock the other way round wait for each other.
        wait!(refreshes::forget(connection, scope, id))?;
        let held = wait!(dialect::lock_credential(connection, scope, id))?;
        let held = held.filter(|held| held.generation == change.expected.as_i64());
        let held = held.ok_or(StorageError::Conflict)?;
        wait!(ledger::supersede(connection, &held, &change.secret, at))?;
        let update = diesel::update(credentials::table.filter(the_credential(scope, id))).set((
            CredentialChangeRow::of(change),
            credentials::auth_type.eq(owner.auth_type.as_str()),
        ));
        wait!(update.execute(connection))?;
        Ok(())
    }

    /// Notes a synchronisation unless a newer one is known, and its event; `false` without such a connection.
    fn record_sync(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
        sync: LastSync,
        event: &AuditEvent,
    ) -> Result<bool, Failure> {
        let at = Micros::of(sync.at);
        let older = connections::table
            .filter(living(scope))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .filter(connections::synced_at.is_null().or(connections::synced_at.le(at)));
        let change = (
            connections::synced_at.eq(at),
            connections::sync_outcome.eq(sync.outcome.as_str()),
        );
        let noted = wait!(diesel::update(older).set(change).execute(connection))? == 1;
        if !noted && wait!(read::find(connection, scope, id))?.is_none() {
            return Ok(false);
        }
        wait!(audit::record(connection, vec![event.clone().into()]))?;
        Ok(true)
    }
}
