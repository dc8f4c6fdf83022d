//! Removing everything of one organization.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
    sql_types::{BigInt, Text},
};
use fluxori_domain::OrganizationId;

use super::{dual, refreshes::the_credential};
use crate::{
    failure::Failure,
    rows::{ContentsRow, HeldRow},
    schema::{audit_chains, connections, credentials, data_keys},
};

const CONTENTS: &str = "\
    SELECT \
    (SELECT count(*) FROM connections WHERE organization_id = $1 AND deleted_at IS NULL) AS connections, \
    (SELECT count(*) FROM connections WHERE organization_id = $1 AND deleted_at IS NOT NULL) AS tombstones, \
    (SELECT count(*) FROM credentials WHERE organization_id = $1) AS credentials, \
    (SELECT count(*) FROM data_keys WHERE organization_id = $1) AS data_keys, \
    (SELECT count(*) FROM oauth_flows WHERE organization_id = $1) AS flows, \
    (SELECT count(*) FROM sessions WHERE organization_id = $1) AS sessions, \
    (SELECT count(*) FROM idempotency_keys WHERE organization_id = $1) AS idempotency_keys, \
    (SELECT count(*) FROM loose_secrets WHERE organization_id = $1) AS loose_secrets, \
    (SELECT count(*) FROM audit_events WHERE organization_id = $1) AS audit_events";

/// What goes by one statement each, a piece at a time.
const REST: [&str; 3] = [
    "DELETE FROM oauth_flows WHERE state IN \
     (SELECT state FROM oauth_flows WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM sessions WHERE hash IN \
     (SELECT hash FROM sessions WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM idempotency_keys WHERE (organization_id, user_id, key) IN \
     (SELECT organization_id, user_id, key FROM idempotency_keys WHERE organization_id = $1 LIMIT $2)",
];

const TRAIL: &str = "\
    DELETE FROM audit_events WHERE (organization_id, id) IN (\
    SELECT organization_id, id FROM audit_events WHERE organization_id = $1 LIMIT $2)";

dual! {
    /// What there is of an organization.
    fn contents(connection, organization: &OrganizationId) -> QueryResult<ContentsRow> {
        let query = diesel::sql_query(CONTENTS).bind::<Text, _>(organization.as_str());
        wait!(query.get_result(connection))
    }

    /// Deletes data keys.
    fn destroy_data_keys(connection, organization: &OrganizationId) -> Result<usize, Failure> {
        let keys = data_keys::table.filter(data_keys::organization_id.eq(organization.as_str()));
        Ok(wait!(diesel::delete(keys).execute(connection))?)
    }

    /// Deletes credentials with their connections; what is outside of them is loose from then on.
    fn remove_credentials(
        connection,
        organization: &OrganizationId,
        at: DateTime<Utc>,
        limit: u16,
    ) -> Result<usize, Failure> {
        let some = credentials::table
            .filter(credentials::organization_id.eq(organization.as_str()))
            .order((credentials::user_id, credentials::id))
            .limit(i64::from(limit))
            .select(HeldRow::as_select());
        let some: Vec<HeldRow> = wait!(some.load(connection))?;
        for seen in &some {
            let (scope, id) = (seen.scope()?, seen.id);
            let its_connections = connections::table
                .filter(connections::organization_id.eq(organization.as_str()))
                .filter(connections::user_id.eq(scope.user.as_str()))
                .filter(connections::credential_id.eq(id));
            // In the order in which all lock: connections, refreshes, the credential, the ledger.
            wait!(diesel::delete(its_connections).execute(connection))?;
            wait!(dialect::lock_refresh(connection, &scope, id))?;
            wait!(dialect::lock_credential(connection, &scope, id))?;
            let row = credentials::table.filter(the_credential(&scope, id));
            let removed = diesel::delete(row).returning(HeldRow::as_returning());
            if let Some(held) = wait!(removed.get_result(connection)).optional()? {
                wait!(ledger::let_go(connection, &held, at))?;
            }
        }
        Ok(some.len())
    }

    /// Deletes what hangs on nothing.
    fn remove_rest(connection, organization: &OrganizationId, limit: u16) -> Result<usize, Failure> {
        let mut removed = 0;
        for statement in REST {
            let some = diesel::sql_query(statement)
                .bind::<Text, _>(organization.as_str())
                .bind::<BigInt, _>(i64::from(limit));
            removed += wait!(some.execute(connection))?;
        }
        Ok(removed)
    }

    /// Deletes audit events, and their chain with the last.
    fn remove_trail(connection, organization: &OrganizationId, limit: u16) -> Result<usize, Failure> {
        wait!(trail::lock_chain(connection, organization.as_str()))?;
        let some = diesel::sql_query(TRAIL)
            .bind::<Text, _>(organization.as_str())
            .bind::<BigInt, _>(i64::from(limit));
        let removed = wait!(some.execute(connection))?;
        if removed < usize::from(limit) {
            let chain = audit_chains::table.find(organization.as_str());
            wait!(diesel::delete(chain).execute(connection))?;
        }
        Ok(removed)
    }
}
