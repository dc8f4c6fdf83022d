use diesel::{
    QueryResult, Selectable,
    dsl::SqlTypeOf,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use fluxori_domain::{Marketplace, TenantScope};

use crate::rows::ReadRow;

/// The default of a marketplace that somebody waits for.
pub(super) type Wanted<'w> = (&'w TenantScope, Marketplace);

/// The statement of `queries::read::read_credential` for [`Selector::Default`](fluxori_domain::ports::Selector), for
/// several tenants at once: for each, at most two rows, the default first, each found by an index. Joins as
/// `queries::read::its_credential` does.
struct DefaultsOfMany<'w> {
    organizations: Vec<&'w str>,
    users: Vec<&'w str>,
    marketplaces: Vec<&'w str>,
}

/// Reads several defaults by one statement; the answers are in the order of the questions.
pub(super) async fn defaults(
    mut connection: &AsyncPgConnection,
    wanted: &[Wanted<'_>],
) -> QueryResult<Vec<Vec<ReadRow>>> {
    let query = DefaultsOfMany {
        organizations: wanted
            .iter()
            .map(|(scope, _)| scope.organization.as_str())
            .collect(),
        users: wanted
            .iter()
            .map(|(scope, _)| scope.user.as_str())
            .collect(),
        marketplaces: wanted
            .iter()
            .map(|(_, marketplace)| marketplace.as_str())
            .collect(),
    };
    let rows: Vec<(i64, ReadRow)> = query.load(&mut connection).await?;
    let mut answers: Vec<Vec<ReadRow>> = wanted.iter().map(|_| Vec::new()).collect();
    for (number, row) in rows {
        // Ordinality counts from 1, and gives back only what was sent.
        let answer = usize::try_from(number - 1)
            .ok()
            .and_then(|index| answers.get_mut(index))
            .expect("the number of a question");
        let place = if row.is_default() { 0 } else { answer.len() };
        answer.insert(place, row);
    }
    Ok(answers)
}

impl QueryFragment<Pg> for DefaultsOfMany<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT wanted.number, found.* FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.organizations)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Text>, _>(&self.users)?;
        out.push_sql("::text[], ");
        out.push_bind_param::<Array<Text>, _>(&self.marketplaces)?;
        out.push_sql(
            "::text[]) WITH ORDINALITY AS wanted (organization_id, user_id, marketplace, number) \
             CROSS JOIN LATERAL ( \
             SELECT c.id, c.account_id, c.details, c.status, c.status_reason, c.is_default, \
             k.id, k.auth_type, k.generation, k.backend, k.secret, \
             k.access_expires_at, k.refresh_expires_at, k.authorisation_expires_at \
             FROM connections AS c JOIN credentials AS k ON k.organization_id = (c.organization_id || '') \
             AND k.user_id = (c.user_id || '') AND k.id = c.credential_id \
             WHERE c.organization_id = wanted.organization_id AND c.user_id = wanted.user_id \
             AND c.marketplace = wanted.marketplace AND c.deleted_at IS NULL \
             ORDER BY c.is_default DESC LIMIT 2) AS found",
        );
        Ok(())
    }
}

/// The text never changes, so that it is prepared once a connection.
impl QueryId for DefaultsOfMany<'_> {
    type QueryId = DefaultsOfMany<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for DefaultsOfMany<'_> {
    type SqlType = (
        BigInt,
        SqlTypeOf<<ReadRow as Selectable<Pg>>::SelectExpression>,
    );
}
