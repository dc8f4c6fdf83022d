//! Where secrets live, over all tenants, and their moving.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, QueryResult, SelectableHelper as _, dsl::count_star,
};
use fluxori_domain::{Backend, Credential, CredentialId, OrganizationId, StoredSecret};

use super::{dual, refreshes::the_credential};
use crate::{
    failure::Failure,
    rows::{CensusRow, CredentialRow, SecretChangeRow},
    schema::credentials,
    types::Key,
};

dual! {
    /// Credentials in a store, by id.
    fn residents(
        connection,
        backend: Backend,
        organization: Option<&OrganizationId>,
        after: Option<CredentialId>,
        limit: u16,
    ) -> QueryResult<Vec<CredentialRow>> {
        let mut query = credentials::table
            .filter(credentials::backend.eq(backend.as_str()))
            .order(credentials::id)
            .limit(i64::from(limit))
            .select(CredentialRow::as_select())
            .into_boxed();
        if let Some(organization) = organization {
            query = query.filter(credentials::organization_id.eq(organization.as_str()));
        }
        if let Some(after) = after {
            query = query.filter(credentials::id.gt(Key(*after.as_uuid())));
        }
        wait!(query.load(connection))
    }

    /// How many credentials are in a store.
    fn count(
        connection,
        backend: Backend,
        organization: Option<&OrganizationId>,
    ) -> QueryResult<i64> {
        let mut query = credentials::table
            .filter(credentials::backend.eq(backend.as_str()))
            .select(count_star())
            .into_boxed();
        if let Some(organization) = organization {
            query = query.filter(credentials::organization_id.eq(organization.as_str()));
        }
        wait!(query.first(connection))
    }

    /// Lets a row hold the same secret in another store; `false` when it is not what was seen.
    fn relocate(
        connection,
        seen: &Credential,
        to: &StoredSecret,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        let (scope, id) = (&seen.scope, Key(*seen.id.as_uuid()));
        let Some(held) = wait!(dialect::lock_credential(connection, scope, id))? else {
            return Ok(false);
        };
        if held.generation != seen.generation.as_i64() || held.secret()? != seen.secret {
            return Ok(false);
        }
        wait!(ledger::supersede(connection, &held, to, at))?;
        let row = credentials::table.filter(the_credential(scope, id));
        wait!(diesel::update(row).set(SecretChangeRow::from(to)).execute(connection))?;
        Ok(true)
    }

    /// Credentials by store and data key.
    fn census(connection) -> QueryResult<Vec<CensusRow>> {
        wait!(diesel::sql_query(dialect::CENSUS).load(connection))
    }
}
