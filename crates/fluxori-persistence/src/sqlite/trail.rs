//! Chains of audit events, as only SQLite says it. A transaction that writes is alone here, and needs no other lock.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl as _,
    SelectableHelper as _,
};

use super::form::Driver;
use crate::{
    rows::{ChainRow, ChainedRow, EventRow, HeadRow},
    schema::{audit_chains, audit_events},
    types::Key,
};

/// The end of one chain.
pub(crate) fn lock_chain(
    connection: &mut Driver,
    organization: &str,
) -> QueryResult<Option<HeadRow>> {
    audit_chains::table
        .find(organization)
        .select(HeadRow::as_select())
        .first(connection)
        .optional()
}

/// The ends of several chains, by organization.
pub(crate) fn lock_chains(
    connection: &mut Driver,
    organizations: &[&str],
) -> QueryResult<Vec<HeadRow>> {
    let heads = organizations
        .iter()
        .map(|organization| lock_chain(connection, organization));
    heads.filter_map(Result::transpose).collect()
}

/// Makes chains, those aside that are there.
pub(crate) fn begin_chains(connection: &mut Driver, chains: &[ChainRow]) -> QueryResult<()> {
    for chain in chains {
        diesel::insert_into(audit_chains::table)
            .values(chain)
            .on_conflict_do_nothing()
            .execute(connection)?;
    }
    Ok(())
}

/// Adds events of one organization, and moves the end of its chain.
pub(crate) fn store_chained(
    connection: &mut Driver,
    head: &HeadRow,
    events: &[ChainedRow],
) -> QueryResult<()> {
    append(connection, std::slice::from_ref(head), events)
}

/// Adds events one by one with a prepared statement, which beats one long statement here, and moves the ends of the
/// chains.
pub(crate) fn append(
    connection: &mut Driver,
    heads: &[HeadRow],
    events: &[ChainedRow],
) -> QueryResult<()> {
    for event in events {
        let insert = diesel::insert_into(audit_events::table).values(event);
        insert.execute(connection)?;
    }
    for head in heads {
        let moved = (
            audit_chains::sequence.eq(head.sequence),
            audit_chains::hash.eq(head.hash.as_slice()),
        );
        let chain = audit_chains::table.find(head.organization_id.as_str());
        diesel::update(chain).set(moved).execute(connection)?;
    }
    Ok(())
}

/// Which of these events are there already.
pub(crate) fn those_there(connection: &mut Driver, events: &[EventRow]) -> QueryResult<Vec<Key>> {
    let mut there = Vec::new();
    for event in events {
        let this = audit_events::table.find((event.organization_id.as_str(), event.id));
        let id = this.select(audit_events::id);
        there.extend(id.first::<Key>(connection).optional()?);
    }
    Ok(there)
}
