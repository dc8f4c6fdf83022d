//! What is kept outside the database and held by no row.
//!
//! Whoever changes what a credential's row holds outside, begins to write, or condemns, locks the credential's ledger
//! until its transaction ends: a sentence is passed about a state that stays. Its row, if at all, is locked before.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    QueryResult, SelectableHelper as _,
    dsl::{auto_type, exists, select},
};
use fluxori_domain::{
    Backend, CredentialId, StoredSecret, TenantScope,
    ports::{LooseSecret, Sentence, StorageError},
};
use uuid::Uuid;

use super::{dual, refreshes::the_credential};
use crate::{
    failure::Failure,
    rows::{HeldRow, LooseRow, Verdict},
    schema::{credentials, installation, loose_secrets},
    types::{Key, Micros},
};

/// The entries of a credential.
#[auto_type(no_type_alias)]
pub(crate) fn its_entries<'a>(scope: &'a TenantScope, credential: Key) -> _ {
    let organization: &'a str = scope.organization.as_str();
    let user: &'a str = scope.user.as_str();
    loose_secrets::organization_id
        .eq(organization)
        .and(loose_secrets::user_id.eq(user))
        .and(loose_secrets::credential_id.eq(credential))
}

dual! {
    /// A row is about to hold a secret: it is no longer loose, or the data key that seals it stays as long as it does.
    fn take_up(
        connection,
        scope: &TenantScope,
        credential: Key,
        secret: &StoredSecret,
    ) -> Result<(), Failure> {
        if let Some(key) = secret.data_key() {
            return wait!(guards::require_data_key(connection, &scope.organization, &key));
        }
        if !secret.backend.is_outside() {
            return Ok(());
        }
        wait!(dialect::lock_ledger(connection, scope, credential))?;
        let loose = loose_secrets::table
            .filter(its_entries(scope, credential))
            .filter(loose_secrets::backend.eq(secret.backend.as_str()))
            .filter(loose_secrets::value.eq(secret.value.as_str()))
            .filter(loose_secrets::condemned.is_null());
        if wait!(diesel::delete(loose).execute(connection))? == 0 {
            return Err(StorageError::Conflict.into());
        }
        Ok(())
    }

    /// A row does not hold its secret any more, or is gone: what is outside of it is loose from now on.
    fn let_go(connection, held: &HeldRow, due_at: DateTime<Utc>) -> Result<(), Failure> {
        let scope = held.scope()?;
        let Some(entry) = LooseRow::let_go(&scope, held.id, held.secret()?, due_at) else {
            return Ok(());
        };
        wait!(dialect::lock_ledger(connection, &scope, held.id))?;
        let insert = diesel::insert_into(loose_secrets::table).values(entry);
        wait!(insert.execute(connection))?;
        Ok(())
    }

    /// A locked row is about to hold another secret, at the time given.
    fn supersede(
        connection,
        held: &HeldRow,
        by: &StoredSecret,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        wait!(take_up(connection, &held.scope()?, held.id, by))?;
        wait!(let_go(connection, held, at + LooseSecret::GRACE))
    }

    /// The name of this installation.
    fn installation(connection) -> QueryResult<Key> {
        wait!(installation::table.select(installation::id).first(connection))
    }

    /// Notes that a value is about to be written, unless its place is being destroyed.
    fn begin(connection, entry: &LooseSecret) -> Result<(), Failure> {
        let credential = Key(*entry.credential.as_uuid());
        wait!(dialect::lock_ledger(connection, &entry.scope, credential))?;
        let doomed = loose_secrets::table
            .filter(its_entries(&entry.scope, credential))
            .filter(loose_secrets::backend.eq(entry.backend.as_str()))
            .filter(loose_secrets::place.eq(entry.place.as_str()))
            .filter(loose_secrets::condemned.eq(LooseRow::PLACE));
        if wait!(select(exists(doomed)).get_result(connection))? {
            return Err(StorageError::Conflict.into());
        }
        let insert = diesel::insert_into(loose_secrets::table).values(LooseRow::from(entry));
        wait!(insert.execute(connection))?;
        Ok(())
    }

    /// Notes which value was written, unless the entry was condemned or is gone.
    fn written(connection, id: Uuid, value: &str) -> Result<bool, Failure> {
        let open = loose_secrets::table
            .filter(loose_secrets::id.eq(Key(id)))
            .filter(loose_secrets::condemned.is_null())
            .filter(loose_secrets::value.is_null().or(loose_secrets::value.eq(value)));
        let update = diesel::update(open).set(loose_secrets::value.eq(value));
        Ok(wait!(update.execute(connection))? == 1)
    }

    /// Entries of all tenants, the longest due first.
    fn due(connection, now: DateTime<Utc>, limit: u16) -> QueryResult<Vec<LooseRow>> {
        let query = loose_secrets::table
            .filter(loose_secrets::due_at.le(Micros::of(now)))
            .order((loose_secrets::due_at, loose_secrets::id))
            .limit(i64::from(limit))
            .select(LooseRow::as_select());
        wait!(query.load(connection))
    }

    /// The entries of one credential, a handful, in no order.
    fn of_credential(
        connection,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> QueryResult<Vec<LooseRow>> {
        let query = loose_secrets::table
            .filter(its_entries(scope, Key(*credential.as_uuid())))
            .select(LooseRow::as_select());
        wait!(query.load(connection))
    }

    /// Rows and entries of credentials, whosever they are. Rows first: what they let go of meanwhile is found among the
    /// entries, and what they take up meanwhile was written a moment ago.
    fn known(connection, credentials: &[Key]) -> QueryResult<(Vec<HeldRow>, Vec<LooseRow>)> {
        let rows = credentials::table
            // All of them: the index begins with the store.
            .filter(credentials::backend.eq_any(Backend::ALL.iter().map(|backend| backend.as_str())))
            .filter(credentials::id.eq_any(credentials))
            .select(HeldRow::as_select());
        let rows = wait!(rows.load(connection))?;
        let entries = loose_secrets::table
            .filter(loose_secrets::credential_id.eq_any(credentials))
            .select(LooseRow::as_select());
        Ok((rows, wait!(entries.load(connection))?))
    }

    /// Passes the sentence on an entry.
    fn condemn(connection, entry: &LooseSecret) -> Result<Sentence, Failure> {
        let (scope, credential) = (&entry.scope, Key(*entry.credential.as_uuid()));
        wait!(dialect::lock_ledger(connection, scope, credential))?;
        let entries = wait!(dialect::lock_entries(connection, scope, credential))?;
        let held = credentials::table
            .filter(the_credential(scope, credential))
            .select(HeldRow::as_select());
        let held: Option<HeldRow> = wait!(held.first(connection)).optional()?;
        if held.is_none() && wait!(follow(connection, scope, credential))? {
            return Ok(Sentence::Busy);
        }
        let held = held.map(|held| held.secret()).transpose()?;
        match Verdict::on(entry, &entries, held.as_ref()) {
            Verdict::Stays(sentence) => Ok(sentence),
            Verdict::Held => {
                wait!(forget(connection, entry.id))?;
                Ok(Sentence::Gone)
            }
            Verdict::Condemned { sentence, others } => {
                let kind = match sentence {
                    Sentence::Everything => LooseRow::PLACE,
                    _ => LooseRow::VALUE,
                };
                let own = loose_secrets::table
                    .filter(its_entries(scope, credential))
                    .filter(loose_secrets::id.eq(Key(entry.id)));
                wait!(diesel::update(own).set(loose_secrets::condemned.eq(kind)).execute(connection))?;
                if !others.is_empty() {
                    let others = loose_secrets::table
                        .filter(its_entries(scope, credential))
                        .filter(loose_secrets::id.eq_any(others));
                    let condemned = loose_secrets::condemned.eq(LooseRow::VALUE);
                    wait!(diesel::update(others).set(condemned).execute(connection))?;
                }
                Ok(sentence)
            }
        }
    }

    /// Sends the entries of a credential after it, if it has become another user's: a writer who did not know of that has
    /// put one on the ledger, and the new owner's row may hold a value in the same place.
    fn follow(connection, scope: &TenantScope, credential: Key) -> Result<bool, Failure> {
        let owner = credentials::table
            // All of them: the index begins with the store.
            .filter(credentials::backend.eq_any(Backend::ALL.iter().map(|backend| backend.as_str())))
            .filter(credentials::id.eq(credential))
            .filter(credentials::organization_id.eq(scope.organization.as_str()))
            .select(credentials::user_id);
        let owner: Option<String> = wait!(owner.first(connection)).optional()?;
        let Some(owner) = owner else {
            return Ok(false);
        };
        let entries = loose_secrets::table.filter(its_entries(scope, credential));
        wait!(diesel::update(entries).set(loose_secrets::user_id.eq(owner)).execute(connection))?;
        Ok(true)
    }

    /// Removes an entry.
    fn forget(connection, id: Uuid) -> Result<(), Failure> {
        let entry = loose_secrets::table.filter(loose_secrets::id.eq(Key(id)));
        wait!(diesel::delete(entry).execute(connection))?;
        Ok(())
    }
}
