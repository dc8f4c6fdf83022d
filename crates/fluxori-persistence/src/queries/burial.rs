//! Deleting in two steps: a tombstone at once, the row when its secret is gone.

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
    dsl::{auto_type, exists, not},
};
use fluxori_domain::{
    AuditEvent, ConnectionId, TenantScope,
    ports::{StorageError, Tombstone},
};

use super::{
    dual,
    read::{its_credential, living},
};
use crate::{
    failure::Failure,
    rows::{CredentialRow, HeldRow, TombstoneRow},
    schema::{connections, credentials},
    types::{Key, Micros},
};

diesel::alias!(connections as others: Others);

/// Whether a living connection uses the same credential as the buried one.
#[auto_type(no_type_alias)]
fn still_used() -> _ {
    exists(
        others
            .filter(
                others
                    .field(connections::organization_id)
                    .eq(connections::organization_id),
            )
            .filter(others.field(connections::user_id).eq(connections::user_id))
            .filter(
                others
                    .field(connections::credential_id)
                    .eq(connections::credential_id),
            )
            .filter(others.field(connections::deleted_at).is_null()),
    )
}

dual! {
    /// Turns a living connection into a tombstone.
    fn bury(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
        version: Option<i64>,
        revoke: bool,
        event: &AuditEvent,
    ) -> Result<Tombstone, Failure> {
        let at = Micros::of(event.at);
        wait!(dialect::lock_defaults(connection, scope, event.marketplace))?;
        let alive = connections::table
            .filter(living(scope))
            .filter(connections::id.eq(Key(*id.as_uuid())));
        let change = (
            connections::deleted_at.eq(at),
            connections::revoke.eq(revoke),
            connections::updated_at.eq(at),
            connections::version.eq(connections::version + 1),
        );
        let buried = if let Some(version) = version {
            let seen = diesel::update(alive.filter(connections::version.eq(version)));
            wait!(seen.set(change).returning(connections::is_default).get_result(connection))
        } else {
            let seen = diesel::update(alive);
            wait!(seen.set(change).returning(connections::is_default).get_result(connection))
        };
        let was_default: bool = buried.optional()?.ok_or(StorageError::Conflict)?;
        if was_default {
            wait!(defaults::give_to_the_only_one(connection, scope, event.marketplace, at))?;
        }
        let tombstone = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(connections::organization_id.eq(scope.organization.as_str()))
            .filter(connections::user_id.eq(scope.user.as_str()))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .select((TombstoneRow::as_select(), CredentialRow::as_select(), still_used()));
        let row: (TombstoneRow, CredentialRow, bool) = wait!(tombstone.first(connection))?;
        wait!(audit::record(connection, vec![event.clone().into()]))?;
        Ok(crate::rows::tombstone(row)?)
    }

    /// Tombstones of all tenants, oldest first.
    fn tombstones(
        connection,
        limit: u16,
    ) -> QueryResult<Vec<(TombstoneRow, CredentialRow, bool)>> {
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(connections::deleted_at.is_not_null())
            .order((connections::deleted_at, connections::id))
            .limit(i64::from(limit))
            .select((TombstoneRow::as_select(), CredentialRow::as_select(), still_used()));
        wait!(query.load(connection))
    }

    /// Removes a tombstone, its credential with the last connection that had it, and says so; nothing if it is gone.
    fn remove(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
        event: &AuditEvent,
    ) -> Result<(), Failure> {
        let organization = scope.organization.as_str();
        let user = scope.user.as_str();
        let buried = connections::table
            .filter(connections::organization_id.eq(organization))
            .filter(connections::user_id.eq(user))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .filter(connections::deleted_at.is_not_null());
        let removed = diesel::delete(buried).returning(connections::credential_id);
        let Some(credential) = wait!(removed.get_result::<Key>(connection)).optional()? else {
            return Ok(());
        };
        let users = connections::table
            .filter(connections::organization_id.eq(organization))
            .filter(connections::user_id.eq(user))
            .filter(connections::credential_id.eq(credential));
        let unused = credentials::table
            .filter(credentials::organization_id.eq(organization))
            .filter(credentials::user_id.eq(user))
            .filter(credentials::id.eq(credential))
            .filter(not(exists(users)));
        let removed = diesel::delete(unused).returning(HeldRow::as_returning());
        if let Some(held) = wait!(removed.get_result(connection)).optional()? {
            wait!(ledger::let_go(connection, &held, event.at))?;
        }
        wait!(audit::record(connection, vec![event.clone().into()]))?;
        Ok(())
    }
}
