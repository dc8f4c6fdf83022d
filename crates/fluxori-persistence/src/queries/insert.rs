//! Storing a new connection.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _,
};
use fluxori_domain::{
    Clocks, Connection, Credential,
    ports::{NewConnection, StorageError},
};

use super::dual;
use crate::{
    failure::Failure,
    rows::{ConnectionRow, CredentialRow},
    schema::{connections, credentials},
    types::{Key, Micros},
};

dual! {
    /// Stores a connection with all that belongs to it.
    fn insert(connection, new: &NewConnection) -> Result<Connection, Failure> {
        wait!(store_credential(connection, &new.credential))?;
        let stored = wait!(insert_connection(connection, &new.connection, new.credential.clocks))?;
        if let Some(completion) = &new.completes {
            let Connection { scope, id, .. } = &new.connection;
            wait!(idempotency::complete(connection, scope, completion, *id))?;
        }
        wait!(audit::record(connection, vec![new.event.clone().into()]))?;
        Ok(stored)
    }

    /// Stores a connection whose credential is there. Its event is for the caller to record, last.
    fn insert_connection(
        connection,
        new: &Connection,
        clocks: Clocks,
    ) -> Result<Connection, Failure> {
        let Connection { scope, marketplace, .. } = new;
        let mut row = ConnectionRow::new(new);
        wait!(dialect::lock_defaults(connection, scope, *marketplace))?;
        if row.is_default {
            let at = Micros::of(new.updated_at);
            wait!(defaults::take_from_others(connection, scope, *marketplace, new.id, at))?;
        } else {
            row.is_default = !wait!(defaults::any(connection, scope, *marketplace))?;
        }
        let insert = diesel::insert_into(connections::table)
            .values(&row)
            .returning(ConnectionRow::as_returning());
        let stored: ConnectionRow = wait!(insert.get_result(connection))?;
        Ok(stored.connection(clocks)?)
    }

    /// Stores the credential, or shares one that is stored already, at the same generation.
    fn store_credential(connection, credential: &Credential) -> Result<(), Failure> {
        let insert = diesel::insert_into(credentials::table)
            .values(CredentialRow::new(credential))
            .on_conflict((credentials::organization_id, credentials::user_id, credentials::id))
            .do_nothing();
        if wait!(insert.execute(connection))? == 1 {
            let Credential { scope, id, secret, .. } = credential;
            return wait!(ledger::take_up(connection, scope, Key(*id.as_uuid()), secret));
        }
        let shared = credentials::table
            .filter(credentials::organization_id.eq(credential.scope.organization.as_str()))
            .filter(credentials::user_id.eq(credential.scope.user.as_str()))
            .filter(credentials::id.eq(Key(*credential.id.as_uuid())))
            .filter(credentials::marketplace.eq(credential.marketplace.as_str()))
            .filter(credentials::generation.eq(credential.generation.as_i64()))
            .select(credentials::id);
        match wait!(shared.first::<Key>(connection)).optional()? {
            Some(_) => Ok(()),
            None => Err(StorageError::Conflict.into()),
        }
    }
}
