//! Which connection of a marketplace is the default.
//!
//! Each function is called with the defaults of the marketplace locked, so that two changes of the default follow
//! each other.

use diesel::{ExpressionMethods as _, QueryDsl as _, QueryResult};
use fluxori_domain::{ConnectionId, Marketplace, TenantScope};

use super::{dual, read::living};
use crate::{
    schema::connections,
    types::{Key, Micros},
};

dual! {
    /// Whether the tenant has a living connection at the marketplace.
    fn any(connection, scope: &TenantScope, marketplace: Marketplace) -> QueryResult<bool> {
        let query = connections::table
            .filter(living(scope))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .select(connections::id)
            .limit(1);
        let found: Vec<Key> = wait!(query.load(connection))?;
        Ok(!found.is_empty())
    }

    /// Takes the default from whoever has it, except `keeper`. The loser has been changed, and its version says so.
    fn take_from_others(
        connection,
        scope: &TenantScope,
        marketplace: Marketplace,
        keeper: ConnectionId,
        at: Micros,
    ) -> QueryResult<()> {
        let others = connections::table
            .filter(living(scope))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .filter(connections::is_default)
            .filter(connections::id.ne(Key(*keeper.as_uuid())));
        let change = (
            connections::is_default.eq(false),
            connections::version.eq(connections::version + 1),
            connections::updated_at.eq(at),
        );
        wait!(diesel::update(others).set(change).execute(connection)).map(|_| ())
    }

    /// Makes the only connection that is left the default, if exactly one is left: adapters get it anyway, and go on
    /// getting it when another is added.
    fn give_to_the_only_one(
        connection,
        scope: &TenantScope,
        marketplace: Marketplace,
        at: Micros,
    ) -> QueryResult<()> {
        let query = connections::table
            .filter(living(scope))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .select(connections::id)
            .limit(2);
        let left: Vec<Key> = wait!(query.load(connection))?;
        let [only] = left[..] else {
            return Ok(());
        };
        let change = (
            connections::is_default.eq(true),
            connections::version.eq(connections::version + 1),
            connections::updated_at.eq(at),
        );
        let only = connections::table.filter(living(scope)).filter(connections::id.eq(only));
        wait!(diesel::update(only).set(change).execute(connection)).map(|_| ())
    }
}
