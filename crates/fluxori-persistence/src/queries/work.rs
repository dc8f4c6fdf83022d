//! Background work: what is due, and who does it.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, QueryResult,
    SelectableHelper as _, upsert::excluded,
};
use uuid::Uuid;

use super::dual;
use crate::{
    failure::Failure,
    rows::{DueRow, micros},
    schema::{connections, worker_leases},
    types::{Key, Micros},
};

dual! {
    /// Takes or keeps the lease on a piece of work, by one atomic statement.
    fn claim(
        connection,
        name: &'static str,
        owner: Uuid,
        lease_for: std::time::Duration,
    ) -> Result<bool, Failure> {
        let clock = wait!(dialect::clock(connection))?;
        let until = Micros(clock.0.saturating_add(micros(lease_for)));
        let implausible = Micros(clock.0.saturating_add(micros(lease_for).saturating_mul(2)));
        let take = diesel::insert_into(worker_leases::table)
            .values((
                worker_leases::name.eq(name),
                worker_leases::owner.eq(Key(owner)),
                worker_leases::leased_until.eq(until),
            ))
            .on_conflict(worker_leases::name)
            .do_update()
            .set((
                worker_leases::owner.eq(excluded(worker_leases::owner)),
                worker_leases::leased_until.eq(excluded(worker_leases::leased_until)),
            ));
        let free = worker_leases::owner
            .eq(Key(owner))
            .or(worker_leases::leased_until.le(clock))
            .or(worker_leases::leased_until.gt(implausible));
        let take = diesel::query_dsl::methods::FilterDsl::filter(take, free);
        Ok(wait!(take.execute(connection))? == 1)
    }

    /// Living connections that nobody has tested since `before` and that a test may tell something about.
    fn untested(connection, before: DateTime<Utc>, limit: u16) -> QueryResult<Vec<DueRow>> {
        let query = connections::table
            .filter(connections::deleted_at.is_null())
            .filter(connections::status.ne_all(["expired", "disconnected"]))
            .filter(
                connections::checked_at
                    .lt(Micros::of(before))
                    .or(connections::checked_at
                        .is_null()
                        .and(connections::created_at.lt(Micros::of(before)))),
            )
            .order((connections::checked_at, connections::id))
            .limit(i64::from(limit))
            .select(DueRow::as_select());
        wait!(query.load(connection))
    }
}
