//! Numbers over all tenants.

use diesel::{
    AggregateExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _,
    NullableExpressionMethods as _, QueryDsl as _, QueryResult,
    dsl::{count, count_star},
};

use super::{dual, read::its_credential};
use crate::{
    rows::FigureRow,
    schema::{connections, credentials},
    types::Micros,
};

dual! {
    /// Living connections by marketplace and state, and how many of each run out before `soon`.
    fn figures(connection, soon: Micros) -> QueryResult<Vec<FigureRow>> {
        // What is absent is not counted.
        let refresh = count(connections::id).aggregate_filter(credentials::refresh_expires_at.lt(soon).assume_not_null());
        let authorisation = count(connections::id).aggregate_filter(credentials::authorisation_expires_at.lt(soon).assume_not_null());
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(connections::deleted_at.is_null())
            .group_by((connections::marketplace, connections::status))
            .select((
                connections::marketplace,
                connections::status,
                count_star(),
                refresh,
                authorisation,
            ));
        wait!(query.load(connection))
    }
}
