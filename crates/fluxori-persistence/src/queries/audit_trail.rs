//! The trails of all tenants: checking, exporting and pruning them.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, QueryableByName,
    SelectableHelper as _,
    dsl::count_star,
    sql_types::{BigInt, Text},
};
use fluxori_domain::{
    AuditHash,
    ports::{StorageError, StoredAuditEvent},
};

use super::dual;
use crate::{
    failure::Failure,
    rows::{ChainRow, ChainedRow},
    schema::{audit_chains, audit_events},
    types::{Instant, Key, Micros},
};

/// Organizations of which there are chains or events, by name. The second half jumps from one to the next by the index.
const ORGANIZATIONS: &str = "\
    SELECT organization_id FROM (SELECT * FROM (\
    SELECT organization_id FROM audit_chains WHERE organization_id > $1 \
    ORDER BY organization_id LIMIT $2) AS chains \
    UNION SELECT * FROM (\
    WITH RECURSIVE named (organization_id) AS (\
    SELECT min(organization_id) FROM audit_events WHERE organization_id > $1 \
    UNION ALL SELECT (SELECT min(e.organization_id) FROM audit_events AS e \
    WHERE e.organization_id > named.organization_id) FROM named WHERE named.organization_id IS NOT NULL) \
    SELECT organization_id FROM named WHERE organization_id IS NOT NULL LIMIT $2) AS events) AS found \
    ORDER BY organization_id LIMIT $2";

/// Events of an organization that do not hang on its chain: without a place, and with one outside. One statement, so
/// that it sees one moment.
const ASTRAY: &str = "\
    SELECT (SELECT count(*) FROM audit_events WHERE organization_id = $1 AND sequence IS NULL) AS unchained, \
    (SELECT count(*) FROM audit_events WHERE organization_id = $1 AND sequence > \
    coalesce((SELECT sequence FROM audit_chains WHERE organization_id = $1), 0)) + \
    (SELECT count(*) FROM audit_events WHERE organization_id = $1 AND sequence <= \
    coalesce((SELECT pruned_through FROM audit_chains WHERE organization_id = $1), 0)) AS outside, \
    coalesce((SELECT sequence FROM audit_chains WHERE organization_id = $1), 0) AS sequence, \
    coalesce((SELECT pruned_through FROM audit_chains WHERE organization_id = $1), 0) AS pruned_through, \
    coalesce((SELECT events_before FROM audit_chains WHERE organization_id = $1), 0) AS events_before";

/// What [`ASTRAY`] finds, and of which chain.
#[derive(Debug, QueryableByName)]
pub(crate) struct Astray {
    #[diesel(sql_type = BigInt)]
    pub(crate) unchained: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) outside: i64,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = BigInt)]
    pruned_through: i64,
    #[diesel(sql_type = BigInt)]
    events_before: i64,
}

impl Astray {
    /// Whether it is about the chain as it was read.
    pub(crate) fn is_of(&self, chain: Option<&ChainRow>) -> bool {
        let chain = chain.map_or((0, 0, 0), |chain| {
            (chain.sequence, chain.pruned_through, chain.events_before)
        });
        chain == (self.sequence, self.pruned_through, self.events_before)
    }
}

#[derive(Debug, QueryableByName)]
pub(crate) struct NamedRow {
    #[diesel(sql_type = Text)]
    pub(crate) organization_id: String,
}

dual! {
    /// Organizations of which there are chains or events, by name.
    fn organizations(connection, after: &str, limit: u16) -> QueryResult<Vec<NamedRow>> {
        let query = diesel::sql_query(ORGANIZATIONS)
            .bind::<Text, _>(after)
            .bind::<BigInt, _>(i64::from(limit));
        wait!(query.load(connection))
    }

    /// How many events there are.
    fn count(connection, organization: Option<&str>) -> QueryResult<i64> {
        let mut query = audit_events::table.select(count_star()).into_boxed();
        if let Some(organization) = organization {
            query = query.filter(audit_events::organization_id.eq(organization));
        }
        wait!(query.first(connection))
    }

    /// Chains, by organization.
    fn chains(connection, after: &str, limit: u16) -> QueryResult<Vec<ChainRow>> {
        let query = audit_chains::table
            .filter(audit_chains::organization_id.gt(after))
            .order(audit_chains::organization_id)
            .limit(i64::from(limit))
            .select(ChainRow::as_select());
        wait!(query.load(connection))
    }

    /// A chain.
    fn chain_of(connection, organization: &str) -> QueryResult<Option<ChainRow>> {
        let query = audit_chains::table.find(organization).select(ChainRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// What does not hang on it.
    fn astray(connection, organization: &str) -> QueryResult<Astray> {
        let query = diesel::sql_query(ASTRAY).bind::<Text, _>(organization);
        wait!(query.get_result(connection))
    }

    /// Events of a chain, in their order.
    fn chained(
        connection,
        organization: &str,
        after: i64,
        limit: u16,
    ) -> QueryResult<Vec<ChainedRow>> {
        let query = audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(audit_events::sequence.gt(after))
            .order(audit_events::sequence)
            .limit(i64::from(limit))
            .select(ChainedRow::as_select());
        wait!(query.load(connection))
    }

    /// Events without a place in the chain, by their names.
    fn unchained(
        connection,
        organization: &str,
        after: Option<&StoredAuditEvent>,
        limit: u16,
    ) -> QueryResult<Vec<ChainedRow>> {
        let mut query = audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(audit_events::sequence.is_null())
            .order(audit_events::id)
            .limit(i64::from(limit))
            .select(ChainedRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(audit_events::id.gt(Key(after.id)));
        }
        wait!(query.load(connection))
    }

    /// Deletes the beginning of a chain, if it is what it was.
    fn prune(
        connection,
        organization: &str,
        from: i64,
        through: i64,
        hash: AuditHash,
    ) -> Result<bool, Failure> {
        if wait!(trail::lock_chain(connection, organization))?.is_none() {
            return Ok(false);
        }
        let chain = wait!(chain_of(connection, organization))?;
        if chain.is_none_or(|chain| chain.pruned_through != from || chain.sequence < through) {
            return Ok(false);
        }
        let last = audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(audit_events::sequence.eq(through))
            .filter(audit_events::hash.eq(hash.0.as_slice()))
            .select(count_star());
        if wait!(last.first::<i64>(connection))? != 1 {
            return Ok(false);
        }
        let old = audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(audit_events::sequence.gt(from))
            .filter(audit_events::sequence.le(through));
        let deleted = wait!(diesel::delete(old).execute(connection))?;
        if i64::try_from(deleted) != Ok(through - from) {
            // The transaction is taken back.
            return Err(StorageError::Conflict.into());
        }
        let begins = (
            audit_chains::pruned_through.eq(through),
            audit_chains::pruned_hash.eq(hash.0.as_slice()),
        );
        let chain = audit_chains::table.find(organization);
        wait!(diesel::update(chain).set(begins).execute(connection))?;
        Ok(true)
    }

    /// Deletes old events without a place in the chain, and counts them off.
    fn prune_unchained(
        connection,
        organization: &str,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<usize, Failure> {
        if wait!(trail::lock_chain(connection, organization))?.is_none() {
            return Ok(0);
        }
        let old = diesel::sql_query(
            "DELETE FROM audit_events WHERE (organization_id, id) IN (\
             SELECT organization_id, id FROM audit_events \
             WHERE organization_id = $1 AND sequence IS NULL AND at < $2 LIMIT $3)",
        );
        let old = old
            .bind::<Text, _>(organization)
            .bind::<Instant, _>(Micros::of(before))
            .bind::<BigInt, _>(i64::from(limit));
        let deleted = wait!(old.execute(connection))?;
        let counted = i64::try_from(deleted).map_err(|_| StorageError::Conflict)?;
        let chain = audit_chains::table.find(organization);
        let left = audit_chains::events_before.eq(audit_chains::events_before - counted);
        wait!(diesel::update(chain).set(left).execute(connection))?;
        Ok(deleted)
    }
}
