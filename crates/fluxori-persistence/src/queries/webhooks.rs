//! What marketplaces pushed to us.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult, SelectableHelper as _};
use fluxori_domain::{AccountId, Marketplace};

use super::dual;
use crate::{
    failure::Failure,
    rows::DueRow,
    schema::{connections, webhook_deliveries},
    types::Micros,
};

dual! {
    /// How many deliveries of this name there were: none or one.
    fn known(connection, marketplace: Marketplace, id: &str) -> QueryResult<i64> {
        let query = webhook_deliveries::table
            .filter(webhook_deliveries::marketplace.eq(marketplace.as_str()))
            .filter(webhook_deliveries::id.eq(id))
            .count();
        wait!(query.get_result(connection))
    }

    /// Notes a delivery.
    fn remember(
        connection,
        marketplace: Marketplace,
        id: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let insert = diesel::insert_into(webhook_deliveries::table)
            .values((
                webhook_deliveries::marketplace.eq(marketplace.as_str()),
                webhook_deliveries::id.eq(id),
                webhook_deliveries::received_at.eq(Micros::of(at)),
            ))
            .on_conflict_do_nothing();
        wait!(insert.execute(connection))?;
        Ok(())
    }

    /// The living connections of an account, whoever has them.
    fn connections_of(
        connection,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> QueryResult<Vec<DueRow>> {
        let query = connections::table
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .filter(connections::account_id.eq(account.as_str()))
            .filter(connections::deleted_at.is_null())
            .order(connections::id)
            .select(DueRow::as_select());
        wait!(query.load(connection))
    }

    /// Forgets old deliveries.
    fn forget(connection, before: DateTime<Utc>) -> Result<usize, Failure> {
        let old = webhook_deliveries::table
            .filter(webhook_deliveries::received_at.lt(Micros::of(before)));
        Ok(wait!(diesel::delete(old).execute(connection))?)
    }
}
