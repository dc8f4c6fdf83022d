//! Consents that are being asked for.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
};
use fluxori_domain::{Marketplace, SecretHash};

use super::dual;
use crate::{failure::Failure, rows::FlowRow, schema::oauth_flows, types::Micros};

dual! {
    /// Remembers a flow.
    fn begin(connection, flow: &FlowRow) -> Result<(), Failure> {
        let insert = diesel::insert_into(oauth_flows::table).values(flow);
        wait!(insert.execute(connection))?;
        Ok(())
    }

    /// Takes out the flow that fits in everything: one statement, so that of two callbacks one gets it.
    fn take(
        connection,
        state: SecretHash,
        browser: SecretHash,
        marketplace: Marketplace,
        now: DateTime<Utc>,
    ) -> Result<Option<FlowRow>, Failure> {
        let fitting = oauth_flows::table
            .filter(oauth_flows::state.eq(state.0.to_vec()))
            .filter(oauth_flows::browser.eq(browser.0.to_vec()))
            .filter(oauth_flows::marketplace.eq(marketplace.as_str()))
            .filter(oauth_flows::expires_at.gt(Micros::of(now)));
        let take = diesel::delete(fitting).returning(FlowRow::as_returning());
        Ok(wait!(take.get_result(connection)).optional()?)
    }

    /// Forgets what has expired, of all tenants.
    fn purge(connection, now: DateTime<Utc>) -> Result<usize, Failure> {
        let expired = oauth_flows::table.filter(oauth_flows::expires_at.le(Micros::of(now)));
        let deleted: QueryResult<usize> = wait!(diesel::delete(expired).execute(connection));
        Ok(deleted?)
    }
}
