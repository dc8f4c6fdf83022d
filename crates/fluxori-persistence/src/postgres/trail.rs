//! Chains of audit events, as only PostgreSQL says it: each step is one statement, however many the events.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;

use super::form::Driver;
use crate::{
    rows::{ChainRow, ChainedRow, EventRow, HeadRow},
    schema::{audit_chains, audit_events},
    types::{Identifier, Instant, Key},
};

/// The end of one chain, where nobody else appends until this transaction ends.
pub(crate) async fn lock_chain(
    connection: &mut Driver<'_>,
    organization: &str,
) -> QueryResult<Option<HeadRow>> {
    audit_chains::table
        .filter(audit_chains::organization_id.eq(organization))
        .select(HeadRow::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// The same of several chains, by organization: whoever locks more than one does so in this order.
pub(crate) async fn lock_chains(
    connection: &mut Driver<'_>,
    organizations: &[&str],
) -> QueryResult<Vec<HeadRow>> {
    audit_chains::table
        .filter(audit_chains::organization_id.eq_any(organizations))
        .order(audit_chains::organization_id)
        .select(HeadRow::as_select())
        .for_no_key_update()
        .load(connection)
        .await
}

/// Makes chains, those aside that are there.
pub(crate) async fn begin_chains(
    connection: &mut Driver<'_>,
    chains: &[ChainRow],
) -> QueryResult<()> {
    diesel::insert_into(audit_chains::table)
        .values(chains)
        .on_conflict_do_nothing()
        .execute(connection)
        .await
        .map(|_| ())
}

/// Adds events of one organization, and moves the end of its chain: sent together, answered together.
pub(crate) async fn store_chained(
    connection: &mut Driver<'_>,
    head: &HeadRow,
    events: &[ChainedRow],
) -> QueryResult<()> {
    let [event] = events else {
        return append(connection, std::slice::from_ref(head), events).await;
    };
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (*connection, *connection);
    let insert = diesel::insert_into(audit_events::table).values(event);
    let chain = audit_chains::table.find(head.organization_id.as_str());
    let update = diesel::update(chain).set((
        audit_chains::sequence.eq(head.sequence),
        audit_chains::hash.eq(head.hash.as_slice()),
    ));
    // Both are waited for: an answer that nobody takes would be in the way of the next.
    let (inserted, moved) = join(insert.execute(&mut one), update.execute(&mut other)).await;
    inserted.and(moved).map(|_| ())
}

/// Adds events, and moves the ends of their chains.
pub(crate) async fn append(
    connection: &mut Driver<'_>,
    heads: &[HeadRow],
    events: &[ChainedRow],
) -> QueryResult<()> {
    let statement = Append::of(heads, events);
    statement.execute(connection).await.map(|_| ())
}

/// Which of these events are there already.
pub(crate) async fn those_there(
    connection: &mut Driver<'_>,
    events: &[EventRow],
) -> QueryResult<Vec<Key>> {
    let mut there: Vec<There> = diesel::sql_query(
        "SELECT e.id FROM unnest($1, $2) AS n (organization_id, id) \
         JOIN audit_events AS e USING (organization_id, id)",
    )
    .bind::<Array<Text>, _>(column(events, |event| event.organization_id.as_str()))
    .bind::<Array<Identifier>, _>(column(events, |event| event.id))
    .load(connection)
    .await?;
    Ok(there.drain(..).map(|row| row.id).collect())
}

#[derive(diesel::QueryableByName)]
struct There {
    #[diesel(sql_type = Identifier)]
    id: Key,
}

fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// The columns of many events, and of the ends of their chains.
struct Append<'a> {
    organizations: Vec<&'a str>,
    users: Vec<&'a str>,
    actors: Vec<Option<&'a str>>,
    connections: Vec<Key>,
    ids: Vec<Key>,
    marketplaces: Vec<&'a str>,
    kinds: Vec<&'a str>,
    services: Vec<&'a str>,
    purposes: Vec<Option<&'a str>>,
    generations: Vec<Option<i64>>,
    outcomes: Vec<Option<&'a str>>,
    request_ids: Vec<Option<&'a str>>,
    times: Vec<crate::types::Micros>,
    occurrences: Vec<i64>,
    sequences: Vec<Option<i64>>,
    hashes: Vec<Option<&'a [u8]>>,
    chains: Vec<&'a str>,
    last_sequences: Vec<i64>,
    last_hashes: Vec<&'a [u8]>,
}

impl<'a> Append<'a> {
    fn of(heads: &'a [HeadRow], events: &'a [ChainedRow]) -> Self {
        Self {
            organizations: column(events, |row| row.event.organization_id.as_str()),
            users: column(events, |row| row.event.user_id.as_str()),
            actors: column(events, |row| row.event.actor.as_deref()),
            connections: column(events, |row| row.event.connection_id),
            ids: column(events, |row| row.event.id),
            marketplaces: column(events, |row| row.event.marketplace.as_str()),
            kinds: column(events, |row| row.event.kind.as_str()),
            services: column(events, |row| row.event.service.as_str()),
            purposes: column(events, |row| row.event.purpose.as_deref()),
            generations: column(events, |row| row.event.generation),
            outcomes: column(events, |row| row.event.outcome.as_deref()),
            request_ids: column(events, |row| row.event.request_id.as_deref()),
            times: column(events, |row| row.event.at),
            occurrences: column(events, |row| row.event.occurrences),
            sequences: column(events, |row| row.sequence),
            hashes: column(events, |row| row.hash.as_deref()),
            chains: column(heads, |head| head.organization_id.as_str()),
            last_sequences: column(heads, |head| head.sequence),
            last_hashes: column(heads, |head| head.hash.as_slice()),
        }
    }
}

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH moved AS (UPDATE audit_chains AS c SET sequence = n.sequence, hash = n.hash FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.chains)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<BigInt>, _>(&self.last_sequences)?;
        out.push_sql("::bigint[], ");
        out.push_bind_param::<Array<Binary>, _>(&self.last_hashes)?;
        out.push_sql(
            "::bytea[]) AS n (organization_id, sequence, hash) \
             WHERE c.organization_id = n.organization_id) \
             INSERT INTO audit_events (organization_id, user_id, actor, connection_id, id, marketplace, kind, \
             service, purpose, generation, outcome, request_id, at, occurrences, sequence, hash) \
             SELECT * FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.organizations)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Text>, _>(&self.users)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.actors)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Identifier>, _>(&self.connections)?;
        out.push_sql("::uuid[], ");
        out.push_bind_param::<Array<Identifier>, _>(&self.ids)?;
        out.push_sql("::uuid[], ");
        out.push_bind_param::<Array<Text>, _>(&self.marketplaces)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Text>, _>(&self.kinds)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Text>, _>(&self.services)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.purposes)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.generations)?;
        out.push_sql("::bigint[], ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.outcomes)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.request_ids)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Instant>, _>(&self.times)?;
        out.push_sql("::timestamptz[], ");
        out.push_bind_param::<Array<BigInt>, _>(&self.occurrences)?;
        out.push_sql("::bigint[], ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.sequences)?;
        out.push_sql("::bigint[], ");
        out.push_bind_param::<Array<Nullable<Binary>>, _>(&self.hashes)?;
        out.push_sql("::bytea[])");
        Ok(())
    }
}

/// The text never changes, so that it is prepared once a connection.
impl QueryId for Append<'_> {
    type QueryId = Append<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}
