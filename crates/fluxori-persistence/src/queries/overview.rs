//! All connections of a tenant at a glance.

use diesel::{
    AggregateExpressionMethods as _, BoolExpressionMethods as _, ExpressionMethods as _,
    JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, QueryResult, SelectableHelper as _,
    dsl::{case_when, count, count_star},
};
use fluxori_domain::TenantScope;

use super::{
    dual,
    read::{its_credential, living},
};
use crate::{
    rows::{CountsRow, ExpiringRow},
    schema::{connections, credentials},
};

/// The states of which nothing is still to run out.
const OVER: [&str; 2] = ["expired", "disconnected"];

dual! {
    /// How many there are, and how many in each state, by one statement; then the one whose clocks run out next.
    fn overview(connection, scope: &TenantScope) -> QueryResult<(CountsRow, Option<ExpiringRow>)> {
        let in_state = |name: &'static str| {
            count(connections::status).aggregate_filter(connections::status.eq(name))
        };
        let counts = connections::table.filter(living(scope)).select((
            count_star(),
            in_state("pending"),
            in_state("connected"),
            in_state("error"),
            in_state("expired"),
            in_state("disconnected"),
        ));
        let counts: CountsRow = wait!(counts.first(connection))?;

        let refresh = credentials::refresh_expires_at;
        let authorisation = credentials::authorisation_expires_at;
        // The smallest of two, of which one may be absent, is a different function on each database.
        let first = case_when(refresh.is_null().or(authorisation.lt(refresh)), authorisation).otherwise(refresh);
        let next = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living(scope))
            .filter(connections::status.ne_all(OVER))
            .filter(refresh.is_not_null().or(authorisation.is_not_null()))
            .select(ExpiringRow::as_select())
            .order((first.asc(), connections::id.asc()));
        let next = wait!(next.first(connection)).optional()?;
        Ok((counts, next))
    }
}
