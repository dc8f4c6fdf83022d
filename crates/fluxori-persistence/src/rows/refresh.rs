use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    ConnectionId, CredentialId, OutcomeClass, TenantScope, UserId,
    ports::{RefreshDue, RefreshIntent, RefreshLease, RefreshProgress, StorageError},
};

use super::Place;
use crate::{
    schema::{connections, credential_refreshes},
    types::{Key, Micros},
};

/// A cool-down that ends later than this was set while the clock was wrong. Only a marketplace that counts calls by the
/// day asks for as much as a day.
const fn longest_cool_down(class: OutcomeClass) -> Duration {
    match class {
        OutcomeClass::Throttled => Duration::from_hours(25),
        _ => Duration::from_mins(70),
    }
}

/// So many microseconds.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A row of `credential_refreshes`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credential_refreshes)]
#[diesel(primary_key(organization_id, user_id, credential_id))]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub(crate) struct RefreshRow {
    organization_id: String,
    user_id: String,
    credential_id: Key,
    pub(crate) fence: i64,
    pub(crate) owner: Option<Key>,
    pub(crate) leased_until: Option<Micros>,
    pub(crate) token: Option<Vec<u8>>,
    pub(crate) spent_at: Option<Micros>,
    pub(crate) failures: i64,
    pub(crate) failure: Option<String>,
    pub(crate) retry_at: Option<Micros>,
    pub(crate) refreshed_at: Option<Micros>,
}

impl RefreshRow {
    /// The row of a credential that was never refreshed.
    pub(crate) fn first(intent: &RefreshIntent) -> Self {
        Self {
            organization_id: intent.scope.organization.to_string(),
            user_id: intent.scope.user.to_string(),
            credential_id: Key(*intent.credential.as_uuid()),
            fence: 0,
            owner: None,
            leased_until: None,
            token: None,
            spent_at: None,
            failures: 0,
            failure: None,
            retry_at: None,
            refreshed_at: None,
        }
    }

    /// The same row in the hands of another user, without a lease.
    pub(crate) fn given_to(mut self, user: &UserId) -> Self {
        self.release();
        self.user_id = user.to_string();
        self
    }

    /// Whether somebody holds the lease at `clock`, the database's time.
    pub(crate) fn is_leased(&self, clock: Micros) -> bool {
        self.leased_until.is_some_and(|until| {
            let left = until.0.saturating_sub(clock.0);
            left > 0 && left <= micros(RefreshLease::LONGEST)
        })
    }

    /// Until when nobody tries, and why, at `now`.
    pub(crate) fn cooling_down(
        &self,
        now: Micros,
    ) -> Result<Option<(DateTime<Utc>, OutcomeClass)>, StorageError> {
        let (Some(until), Some(failure)) = (self.retry_at, &self.failure) else {
            return Ok(None);
        };
        let place = self.place();
        let class = place.name("failure", failure)?;
        let left = until.0.saturating_sub(now.0);
        if left <= 0 || left > micros(longest_cool_down(class)) {
            return Ok(None);
        }
        Ok(Some((place.time("retry_at", until)?, class)))
    }

    /// When the token was first spent without an answer.
    pub(crate) fn first_spent_at(&self) -> Result<DateTime<Utc>, StorageError> {
        let place = self.place();
        let at = self.spent_at.ok_or_else(|| place.bad("spent_at"))?;
        place.time("spent_at", at)
    }

    /// How often it failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        u32::try_from(self.failures).unwrap_or(u32::MAX)
    }

    /// Nobody holds the lease any more.
    pub(crate) fn release(&mut self) {
        self.owner = None;
        self.leased_until = None;
    }

    /// Nothing is left open: there is no token whose fate is unknown.
    pub(crate) fn settle(&mut self) {
        self.release();
        self.token = None;
        self.spent_at = None;
        self.failures = 0;
        self.failure = None;
        self.retry_at = None;
    }

    fn place(&self) -> Place<'_> {
        Place {
            table: "credential_refreshes",
            row: &self.credential_id.0,
        }
    }
}

/// Where a refresh stands: the generation of the credential, the row of its refreshes and the database's time, at `now`.
pub(crate) fn progress(
    (generation, row, clock): (i64, Option<RefreshRow>, Micros),
    now: DateTime<Utc>,
) -> Result<RefreshProgress, StorageError> {
    let place = Place {
        table: "credentials",
        row: &"of a refresh",
    };
    Ok(RefreshProgress {
        generation: super::credential::generation(place, generation)?,
        is_leased: row.as_ref().is_some_and(|row| row.is_leased(clock)),
        cooling_down: match &row {
            Some(row) => row.cooling_down(Micros::of(now))?,
            None => None,
        },
    })
}

/// A connection whose credential background work should look at.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = connections)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct DueRow {
    organization_id: String,
    user_id: String,
    id: Key,
    marketplace: String,
    credential_id: Key,
}

impl DueRow {
    /// The connection and its owner.
    pub(crate) fn connection(self) -> Result<(TenantScope, ConnectionId), StorageError> {
        let place = Place {
            table: "connections",
            row: &self.id.0,
        };
        let scope = place.scope(self.organization_id, self.user_id)?;
        Ok((scope, ConnectionId::from_uuid(self.id.0)))
    }
}

/// What such rows mean: each credential once.
pub(crate) fn due(rows: Vec<DueRow>) -> Result<Vec<RefreshDue>, StorageError> {
    let mut due: Vec<RefreshDue> = Vec::with_capacity(rows.len());
    for row in rows {
        let place = Place {
            table: "connections",
            row: &row.id.0,
        };
        let credential = CredentialId::from_uuid(row.credential_id.0);
        if due.iter().any(|known| known.credential == credential) {
            continue;
        }
        due.push(RefreshDue {
            scope: place.scope(row.organization_id, row.user_id)?,
            credential,
            connection: ConnectionId::from_uuid(row.id.0),
            marketplace: place.name("marketplace", &row.marketplace)?,
        });
    }
    Ok(due)
}
