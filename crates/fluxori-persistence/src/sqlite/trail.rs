//! Chains of audit events, as only SQLite says it. A transaction that writes is alone here, and needs no other lock.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl,
    SelectableHelper as _,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Binary, Text},
    sqlite::Sqlite,
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
    audit_chains::table
        .filter(audit_chains::organization_id.eq_any(organizations))
        .order(audit_chains::organization_id)
        .select(HeadRow::as_select())
        .load(connection)
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

/// Adds events and moves the ends of their chains, one by one with prepared statements, which beat a long one here.
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
        MoveTo(head).execute(connection)?;
    }
    Ok(())
}

/// Moves the end of a chain. The driver's own update would be parsed anew for every chain.
struct MoveTo<'a>(&'a HeadRow);

impl QueryFragment<Sqlite> for MoveTo<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE audit_chains SET sequence = ");
        out.push_bind_param::<BigInt, _>(&self.0.sequence)?;
        out.push_sql(", hash = ");
        out.push_bind_param::<Binary, _>(&self.0.hash)?;
        out.push_sql(" WHERE organization_id = ");
        out.push_bind_param::<Text, _>(&self.0.organization_id)
    }
}

impl QueryId for MoveTo<'_> {
    type QueryId = MoveTo<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Driver> for MoveTo<'_> {}

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
