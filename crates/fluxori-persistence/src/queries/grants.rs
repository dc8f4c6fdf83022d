//! What a consent leads to: a new credential, and connections that take it up.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
    dsl::{auto_type, exists, not},
};
use fluxori_domain::{
    Connection, Credential, CredentialId, TenantScope,
    ports::{GrantedConnection, NewGrant, StorageError},
};

use super::{
    dual,
    read::{its_credential, living, that_name_it},
};
use crate::{
    failure::Failure,
    rows::{ConnectionChange, ConnectionRow, CredentialRow, FoundRow, HeldRow},
    schema::{connections, credentials},
    types::{Key, Micros},
};

/// Whether any connection, buried ones included, names the credential of the outer query.
#[auto_type(no_type_alias)]
fn named_by_a_connection() -> _ {
    exists(connections::table.filter(that_name_it()))
}

dual! {
    /// Stores the credential and what takes it up.
    fn store(connection, grant: &NewGrant) -> Result<Vec<Connection>, Failure> {
        let insert = diesel::insert_into(credentials::table).values(CredentialRow::new(&grant.credential));
        wait!(insert.execute(connection))?;
        let Credential { scope, id, secret, .. } = &grant.credential;
        wait!(ledger::take_up(connection, scope, Key(*id.as_uuid()), secret))?;
        let mut stored = Vec::with_capacity(grant.connections.len());
        let mut events = Vec::with_capacity(grant.connections.len());
        for granted in &grant.connections {
            stored.push(match granted {
                GrantedConnection::New(new, event) => {
                    events.push(event.clone().into());
                    wait!(insert::insert_connection(connection, new, grant.credential.clocks))?
                }
                GrantedConnection::Renewed(renewed, event) => {
                    events.push(event.clone().into());
                    wait!(renew(connection, renewed, event.at, &grant.credential))?
                }
            });
        }
        wait!(audit::record(connection, events))?;
        Ok(stored)
    }

    /// Gives a connection another credential, and marks the one that it leaves if nothing else uses it.
    fn renew(
        connection,
        renewed: &Connection,
        at: DateTime<Utc>,
        credential: &Credential,
    ) -> Result<Connection, Failure> {
        let scope = &renewed.scope;
        let seen = || connections::table
            .filter(living(scope))
            .filter(connections::id.eq(Key(*renewed.id.as_uuid())))
            .filter(connections::version.eq(renewed.version));
        let left = seen().select(connections::credential_id);
        let left: Key = wait!(left.first(connection)).optional()?.ok_or(StorageError::Conflict)?;
        let update = diesel::update(seen())
            .set((
                ConnectionChange::of(renewed),
                connections::credential_id.eq(Key(*credential.id.as_uuid())),
            ))
            .returning(ConnectionRow::as_returning());
        let stored: Option<ConnectionRow> = wait!(update.get_result(connection)).optional()?;
        let stored = stored.ok_or(StorageError::Conflict)?;
        let abandoned = credentials::table
            .filter(credentials::organization_id.eq(scope.organization.as_str()))
            .filter(credentials::user_id.eq(scope.user.as_str()))
            .filter(credentials::id.eq(left))
            .filter(not(named_by_a_connection()));
        let mark = credentials::abandoned_at.eq(Micros::of(at));
        wait!(diesel::update(abandoned).set(mark).execute(connection))?;
        Ok(stored.connection(credential.clocks)?)
    }

    /// The living connections on a credential.
    fn sharing(
        connection,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> QueryResult<Vec<FoundRow>> {
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living(scope))
            .filter(connections::credential_id.eq(Key(*credential.as_uuid())))
            .order(connections::id)
            .select(FoundRow::as_select());
        wait!(query.load(connection))
    }

    /// Credentials that nothing names, the longest abandoned first.
    fn orphans(connection, limit: u16) -> QueryResult<Vec<CredentialRow>> {
        let query = credentials::table
            .filter(credentials::abandoned_at.is_not_null())
            .filter(not(named_by_a_connection()))
            .order(credentials::abandoned_at)
            .limit(i64::from(limit))
            .select(CredentialRow::as_select());
        wait!(query.load(connection))
    }

    /// Removes a credential unless something names it.
    fn remove_orphan(
        connection,
        credential: &Credential,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let orphan = credentials::table
            .filter(credentials::organization_id.eq(credential.scope.organization.as_str()))
            .filter(credentials::user_id.eq(credential.scope.user.as_str()))
            .filter(credentials::id.eq(Key(*credential.id.as_uuid())))
            .filter(not(named_by_a_connection()));
        let removed = diesel::delete(orphan).returning(HeldRow::as_returning());
        if let Some(held) = wait!(removed.get_result(connection)).optional()? {
            wait!(ledger::let_go(connection, &held, at))?;
        }
        Ok(())
    }
}
