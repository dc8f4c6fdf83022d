//! Leases and intents of refreshing. The row is locked first, decided about in [`RefreshRow`], and written last.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _,
    QueryDsl as _, QueryResult, SelectableHelper as _,
    dsl::{auto_type, exists, not},
};
use fluxori_domain::{
    AuditEvent, AuditEventId, ConnectionId, ConnectionStatus, CredentialId, Generation,
    Marketplace, OutcomeClass, TenantScope,
    ports::{Begun, CredentialChange, RefreshIntent, RefreshLease},
};

use super::{
    dual,
    read::{living, that_name_it},
};
use crate::{
    failure::Failure,
    rows::{CredentialChangeRow, CredentialRow, DueRow, EventRow, RefreshRow, micros},
    schema::{connections, credential_refreshes, credentials},
    types::{Key, Micros},
};

/// The credential of this name and tenant.
#[auto_type(no_type_alias)]
pub(crate) fn the_credential<'a>(scope: &'a TenantScope, id: Key) -> _ {
    let organization: &'a str = scope.organization.as_str();
    let user: &'a str = scope.user.as_str();
    credentials::organization_id
        .eq(organization)
        .and(credentials::user_id.eq(user))
        .and(credentials::id.eq(id))
}

/// The row of its refreshes.
#[auto_type(no_type_alias)]
pub(crate) fn its_refreshes<'a>(scope: &'a TenantScope, id: Key) -> _ {
    let organization: &'a str = scope.organization.as_str();
    let user: &'a str = scope.user.as_str();
    credential_refreshes::organization_id
        .eq(organization)
        .and(credential_refreshes::user_id.eq(user))
        .and(credential_refreshes::credential_id.eq(id))
}

/// The refreshes of a connection's credential.
#[auto_type(no_type_alias)]
fn its_connections() -> _ {
    connections::organization_id
        .eq(credential_refreshes::organization_id)
        .and(connections::user_id.eq(credential_refreshes::user_id))
        .and(connections::credential_id.eq(credential_refreshes::credential_id))
}

/// The refreshes of a credential of the outer query.
#[auto_type(no_type_alias)]
fn its_own_refreshes() -> _ {
    credential_refreshes::organization_id
        .eq(credentials::organization_id)
        .and(credential_refreshes::user_id.eq(credentials::user_id))
        .and(credential_refreshes::credential_id.eq(credentials::id))
}

fn key(credential: CredentialId) -> Key {
    Key(*credential.as_uuid())
}

/// Whether the lease that the row tells of is this one.
fn is_held(row: &RefreshRow, lease: &RefreshLease) -> bool {
    row.fence == lease.fence && row.owner == Some(Key(lease.owner))
}

dual! {
    /// Takes the lease and writes the intent down, unless somebody else is at it, was faster, or has just failed.
    fn begin(connection, intent: &RefreshIntent) -> Result<Begun, Failure> {
        let id = key(intent.credential);
        let stored = credentials::table
            .filter(the_credential(&intent.scope, id))
            .select(credentials::generation);
        let row = wait!(dialect::lock_refresh(connection, &intent.scope, id))?;
        let mut row = if let Some(row) = row {
            row
        } else {
            if wait!(stored.first::<i64>(connection)).optional()?.is_none() {
                return Ok(Begun::Moved);
            }
            let first = diesel::insert_into(credential_refreshes::table)
                .values(RefreshRow::first(intent))
                .on_conflict_do_nothing();
            wait!(first.execute(connection))?;
            match wait!(dialect::lock_refresh(connection, &intent.scope, id))? {
                Some(row) => row,
                None => return Ok(Begun::Moved),
            }
        };
        // Read after the lock, so that it is what the last holder left.
        let generation = wait!(stored.first::<i64>(connection)).optional()?;
        if generation != Some(intent.generation.as_i64()) {
            return Ok(Begun::Moved);
        }
        let clock = wait!(dialect::clock(connection))?;
        if row.is_leased(clock) {
            return Ok(Begun::Busy);
        }
        let now = Micros::of(intent.at);
        if !intent.ignore_cool_down
            && let Some((until, class)) = row.cooling_down(now)?
        {
            return Ok(Begun::CoolingDown { until, class });
        }
        row.fence += 1;
        row.owner = Some(Key(intent.owner));
        row.leased_until = Some(Micros(clock.0.saturating_add(micros(intent.lease_for))));
        if row.token.as_deref() != Some(intent.token.0.as_slice()) {
            row.token = Some(intent.token.0.to_vec());
            row.spent_at = Some(now);
            row.failures = 0;
        }
        wait!(store(connection, &intent.scope, id, &row))?;
        Ok(Begun::Leased {
            lease: RefreshLease {
                scope: intent.scope.clone(),
                credential: intent.credential,
                owner: intent.owner,
                fence: row.fence,
            },
            first_spent_at: row.first_spent_at()?,
            failures: row.failures(),
        })
    }

    /// Writes the row back.
    fn store(connection, scope: &TenantScope, id: Key, row: &RefreshRow) -> QueryResult<()> {
        let update = diesel::update(credential_refreshes::table.filter(its_refreshes(scope, id))).set(row);
        wait!(update.execute(connection)).map(|_| ())
    }

    /// The generation of a credential, its refreshes, if there were any, and the database's time.
    fn progress(
        connection,
        scope: &TenantScope,
        credential: CredentialId,
    ) -> QueryResult<Option<(i64, Option<RefreshRow>, Micros)>> {
        let query = credentials::table
            .left_join(credential_refreshes::table.on(its_own_refreshes()))
            .filter(the_credential(scope, key(credential)))
            .select((credentials::generation, Option::<RefreshRow>::as_select()));
        let Some((generation, row)) = wait!(query.first(connection)).optional()? else {
            return Ok(None);
        };
        let clock = wait!(dialect::clock(connection))?;
        Ok(Some((generation, row, clock)))
    }

    /// Stores new tokens and ends the lease; `false` when the lease is lost or the secret is another by now.
    fn complete(
        connection,
        lease: &RefreshLease,
        change: &CredentialChange,
        event: &AuditEvent,
    ) -> Result<bool, Failure> {
        let id = key(lease.credential);
        let Some(mut row) = wait!(dialect::lock_refresh(connection, &lease.scope, id))? else {
            return Ok(false);
        };
        if !is_held(&row, lease) {
            return Ok(false);
        }
        let held = wait!(dialect::lock_credential(connection, &lease.scope, id))?;
        let held = held.filter(|held| held.generation == change.expected.as_i64());
        row.settle();
        if let Some(held) = &held {
            wait!(ledger::supersede(connection, held, &change.secret, event.at))?;
            let update = diesel::update(credentials::table.filter(the_credential(&lease.scope, id)))
                .set(CredentialChangeRow::of(change));
            wait!(update.execute(connection))?;
            row.refreshed_at = Some(Micros::of(event.at));
        }
        wait!(store(connection, &lease.scope, id, &row))?;
        if held.is_some() {
            wait!(audit::record(connection, vec![event.clone().into()]))?;
        }
        Ok(held.is_some())
    }

    /// Ends the lease; the fate of the token stays open.
    fn fail(
        connection,
        lease: &RefreshLease,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let id = key(lease.credential);
        let Some(mut row) = wait!(dialect::lock_refresh(connection, &lease.scope, id))? else {
            return Ok(false);
        };
        if !is_held(&row, lease) {
            return Ok(false);
        }
        row.release();
        row.failures += 1;
        row.failure = Some(class.to_string());
        row.retry_at = Some(Micros::of(retry_at));
        wait!(store(connection, &lease.scope, id, &row))?;
        Ok(true)
    }

    /// Ends the lease with a verdict on every connection that lives on the credential.
    fn condemn(
        connection,
        lease: &RefreshLease,
        expected: Generation,
        class: OutcomeClass,
        retry_at: DateTime<Utc>,
        event: &AuditEvent,
    ) -> Result<bool, Failure> {
        let id = key(lease.credential);
        let Some(mut row) = wait!(dialect::lock_refresh(connection, &lease.scope, id))? else {
            return Ok(false);
        };
        let stored = credentials::table
            .filter(the_credential(&lease.scope, id))
            .select(credentials::generation);
        let generation = wait!(stored.first::<i64>(connection)).optional()?;
        if !is_held(&row, lease) || generation != Some(expected.as_i64()) {
            return Ok(false);
        }
        row.settle();
        row.failure = Some(class.to_string());
        row.retry_at = Some(Micros::of(retry_at));
        wait!(store(connection, &lease.scope, id, &row))?;
        let status = ConnectionStatus::Connected.after(class);
        let alive = connections::table
            .filter(living(&lease.scope))
            .filter(connections::credential_id.eq(id));
        let change = (
            connections::status.eq(status.name()),
            connections::status_reason.eq(status.reason().map(OutcomeClass::as_str)),
            connections::version.eq(connections::version + 1),
            connections::updated_at.eq(Micros::of(event.at)),
        );
        let update = diesel::update(alive).set(change).returning(connections::id);
        let condemned: Vec<Key> = wait!(update.get_results(connection))?;
        let events = condemned.into_iter().map(|connection_id| {
            EventRow::from(AuditEvent {
                id: AuditEventId::make(event.at),
                connection: ConnectionId::from_uuid(connection_id.0),
                ..event.clone()
            })
        });
        wait!(audit::record(connection, events.collect()))?;
        Ok(true)
    }

    /// The secret was replaced: what was open about the one before does not matter any more. A lease goes on until its
    /// holder finds that out.
    fn forget(connection, scope: &TenantScope, id: Key) -> QueryResult<()> {
        let change = (
            credential_refreshes::token.eq(None::<Vec<u8>>),
            credential_refreshes::spent_at.eq(None::<Micros>),
            credential_refreshes::failures.eq(0),
            credential_refreshes::failure.eq(None::<String>),
            credential_refreshes::retry_at.eq(None::<Micros>),
        );
        let row = credential_refreshes::table.filter(its_refreshes(scope, id));
        wait!(diesel::update(row).set(change).execute(connection)).map(|_| ())
    }

    /// A credential.
    fn credential(
        connection,
        scope: &TenantScope,
        id: CredentialId,
    ) -> QueryResult<Option<CredentialRow>> {
        let query = credentials::table
            .filter(the_credential(scope, key(id)))
            .select(CredentialRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// Refreshes at a marketplace whose outcome nobody knows and nobody works on, oldest first.
    fn interrupted(
        connection,
        marketplace: Marketplace,
        now: DateTime<Utc>,
        limit: u16,
    ) -> QueryResult<Vec<DueRow>> {
        let clock = wait!(dialect::clock(connection))?;
        let query = credential_refreshes::table
            .inner_join(connections::table.on(its_connections()))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .filter(connections::deleted_at.is_null())
            .filter(credential_refreshes::token.is_not_null())
            .filter(
                credential_refreshes::leased_until
                    .is_null()
                    .or(credential_refreshes::leased_until.le(clock)),
            )
            .filter(
                credential_refreshes::retry_at
                    .is_null()
                    .or(credential_refreshes::retry_at.le(Micros::of(now))),
            )
            .order(credential_refreshes::spent_at)
            .limit(i64::from(limit))
            .select(DueRow::as_select());
        wait!(query.load(connection))
    }

    /// Credentials of working connections whose refresh token dies before `before`, the nearest death first.
    fn idle(
        connection,
        marketplace: Marketplace,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: u16,
    ) -> QueryResult<Vec<DueRow>> {
        let cooling_down = credential_refreshes::table
            .filter(its_own_refreshes())
            .filter(credential_refreshes::retry_at.gt(Micros::of(now)));
        let query = credentials::table
            .inner_join(connections::table.on(that_name_it()))
            .filter(credentials::marketplace.eq(marketplace.as_str()))
            .filter(credentials::refresh_expires_at.lt(Micros::of(before)))
            .filter(connections::deleted_at.is_null())
            .filter(connections::status.ne_all(["expired", "disconnected"]))
            .filter(not(exists(cooling_down)))
            .order(credentials::refresh_expires_at)
            .limit(i64::from(limit))
            .select(DueRow::as_select());
        wait!(query.load(connection))
    }
}
