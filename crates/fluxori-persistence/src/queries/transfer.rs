//! A credential and its connections change hands. Rows are made anew under the other user, because the user is a part of
//! every key; what is sealed in them stays as it is.

use std::collections::BTreeSet;

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _,
};
use fluxori_domain::{
    ConnectionId, Marketplace, TenantScope,
    ports::{StorageError, Transfer},
};
use uuid::Uuid;

use super::{dual, ledger::its_entries, read::living, refreshes::the_credential};
use crate::{
    failure::Failure,
    rows::{ConnectionRow, CredentialRow, EventRow, RefreshRow},
    schema::{connections, credential_refreshes, credentials, loose_secrets},
    types::{Key, Micros},
};

/// Both owners, the smaller first: whoever locks something of both does it in this order.
fn in_order<'a>(one: &'a TenantScope, other: &'a TenantScope) -> [&'a TenantScope; 2] {
    if one.user.as_str() < other.user.as_str() {
        [one, other]
    } else {
        [other, one]
    }
}

dual! {
    /// Gives a credential and all its connections to another user. Fails when that cannot be done now.
    fn transfer(connection, transfer: &Transfer) -> Result<(), Failure> {
        let at = Micros::of(transfer.at);
        let (from, id) = (&transfer.from, Key(*transfer.credential.as_uuid()));
        let to = &TenantScope::new(from.organization.clone(), transfer.to.clone());
        let credential = credentials::table
            .filter(the_credential(from, id))
            .select(CredentialRow::as_select());
        let seen: Option<CredentialRow> = wait!(credential.first(connection)).optional()?;
        let marketplace = seen.ok_or(StorageError::Conflict)?.marketplace()?;
        // In the order in which all lock: defaults, connections, refreshes, the credential, the ledger.
        for scope in in_order(from, to) {
            wait!(dialect::lock_defaults(connection, scope, marketplace))?;
        }
        let rows = wait!(take(connection, transfer, id, at))?;
        for row in &rows {
            wait!(refuse_duplicate(connection, to, row))?;
        }
        let refreshes = wait!(dialect::lock_refresh(connection, from, id))?;
        let clock = wait!(dialect::clock(connection))?;
        if refreshes.as_ref().is_some_and(|row| row.is_leased(clock))
            || wait!(is_being_deleted(connection, from, id))?
        {
            return Err(StorageError::Conflict.into());
        }
        wait!(dialect::lock_credential(connection, from, id))?.ok_or(StorageError::Conflict)?;
        let credential: CredentialRow = wait!(credential.first(connection))?;
        let insert = diesel::insert_into(credentials::table).values(credential.given_to(&to.user));
        wait!(insert.execute(connection))?;
        wait!(give_refreshes(connection, refreshes, to))?;
        wait!(give_connections(connection, rows, to, marketplace))?;
        wait!(forget(connection, from, id, marketplace, at))?;
        for scope in in_order(from, to) {
            wait!(dialect::lock_ledger(connection, scope, id))?;
        }
        let entries = loose_secrets::table.filter(its_entries(from, id));
        let given = loose_secrets::user_id.eq(to.user.as_str());
        wait!(diesel::update(entries).set(given).execute(connection))?;
        let events = transfer.events.iter().map(|event| EventRow::from(event.clone()));
        wait!(audit::record(connection, events.collect()))?;
        Ok(())
    }

    /// The living connections of the credential, which nobody else changes until this transaction ends, in a new version.
    fn take(
        connection,
        transfer: &Transfer,
        credential: Key,
        at: Micros,
    ) -> Result<Vec<ConnectionRow>, Failure> {
        let alive = connections::table
            .filter(living(&transfer.from))
            .filter(connections::credential_id.eq(credential));
        let change = (
            connections::version.eq(connections::version + 1),
            connections::updated_at.eq(at),
        );
        let update = diesel::update(alive)
            .set(change)
            .returning(ConnectionRow::as_returning());
        let mut rows: Vec<ConnectionRow> = wait!(update.get_results(connection))?;
        rows.sort_unstable_by_key(|row| row.id().0);
        let found: BTreeSet<Uuid> = rows.iter().map(|row| row.id().0).collect();
        let meant: BTreeSet<Uuid> = transfer.connections.iter().map(|id| *id.as_uuid()).collect();
        if found == meant {
            Ok(rows)
        } else {
            Err(StorageError::Conflict.into())
        }
    }

    /// Fails when the other user has the account already.
    fn refuse_duplicate(
        connection,
        to: &TenantScope,
        row: &ConnectionRow,
    ) -> Result<(), Failure> {
        let Some((marketplace, account)) = row.account() else {
            return Ok(());
        };
        let query = connections::table
            .filter(living(to))
            .filter(connections::marketplace.eq(marketplace))
            .filter(connections::account_id.eq(account))
            .select(connections::id);
        let holder: Option<Key> = wait!(query.first(connection)).optional()?;
        match holder {
            None => Ok(()),
            Some(holder) => Err(StorageError::Duplicate {
                existing: ConnectionId::from_uuid(holder.0),
            }
            .into()),
        }
    }

    /// Whether a deleted connection still needs the credential where it is.
    fn is_being_deleted(
        connection,
        from: &TenantScope,
        credential: Key,
    ) -> Result<bool, Failure> {
        let buried = connections::table
            .filter(connections::organization_id.eq(from.organization.as_str()))
            .filter(connections::user_id.eq(from.user.as_str()))
            .filter(connections::credential_id.eq(credential))
            .filter(connections::deleted_at.is_not_null())
            .select(connections::id)
            .limit(1);
        let found: Vec<Key> = wait!(buried.load(connection))?;
        Ok(!found.is_empty())
    }

    /// What is known of the credential's refreshes goes along.
    fn give_refreshes(
        connection,
        refreshes: Option<RefreshRow>,
        to: &TenantScope,
    ) -> Result<(), Failure> {
        if let Some(row) = refreshes {
            let insert = diesel::insert_into(credential_refreshes::table).values(row.given_to(&to.user));
            wait!(insert.execute(connection))?;
        }
        Ok(())
    }

    /// The rows under their new owner. The first is the default where there is none yet.
    fn give_connections(
        connection,
        rows: Vec<ConnectionRow>,
        to: &TenantScope,
        marketplace: Marketplace,
    ) -> Result<(), Failure> {
        let mut is_default = !wait!(defaults::any(connection, to, marketplace))?;
        for row in rows {
            let insert = diesel::insert_into(connections::table).values(row.given_to(&to.user, is_default));
            wait!(insert.execute(connection))?;
            is_default = false;
        }
        Ok(())
    }

    /// Removes the rows of the one who had them. The refreshes go with the credential.
    fn forget(
        connection,
        from: &TenantScope,
        credential: Key,
        marketplace: Marketplace,
        at: Micros,
    ) -> Result<(), Failure> {
        let old = connections::table
            .filter(living(from))
            .filter(connections::credential_id.eq(credential));
        let removed = diesel::delete(old).returning(connections::is_default);
        let were: Vec<bool> = wait!(removed.get_results(connection))?;
        if were.contains(&true) {
            wait!(defaults::give_to_the_only_one(connection, from, marketplace, at))?;
        }
        let old = credentials::table.filter(the_credential(from, credential));
        wait!(diesel::delete(old).execute(connection))?;
        Ok(())
    }
}
