//! Reading connections and credentials.

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _,
    QueryDsl as _, QueryResult, SelectableHelper as _, TextExpressionMethods as _, dsl::auto_type,
};
use fluxori_domain::{
    AccountId, ConnectionFilter, ConnectionId, Marketplace, OrganizationId, PageRequest,
    TenantScope, UserId, ports::Selector,
};

use super::dual;
use crate::{
    rows::{ConnectionRow, CredentialRow, FoundRow, ReadRow},
    schema::{connections, credentials},
    types::{Key, Micros},
};

/// The living connections of a tenant.
#[auto_type(no_type_alias)]
pub(super) fn living<'a>(scope: &'a TenantScope) -> _ {
    let organization: &'a str = scope.organization.as_str();
    let user: &'a str = scope.user.as_str();
    connections::organization_id
        .eq(organization)
        .and(connections::user_id.eq(user))
        .and(connections::deleted_at.is_null())
}

/// The living connections of an organization.
#[auto_type(no_type_alias)]
fn living_in<'a>(organization: &'a OrganizationId) -> _ {
    let organization: &'a str = organization.as_str();
    connections::organization_id
        .eq(organization)
        .and(connections::deleted_at.is_null())
}

/// The credential that a connection names, with the same owner: for a statement that comes from the connections.
///
/// Left to itself, PostgreSQL takes the credentials of that owner to be one, and reads a thousand where there are a
/// thousand. With what is equal to a column and not to a parameter, it looks up the whole key. (The empty texts are parameters
/// themselves: diesel prepares a statement with literal SQL anew each time.)
#[auto_type(no_type_alias)]
pub(super) fn its_credential() -> _ {
    credentials::organization_id
        .eq(connections::organization_id.concat(""))
        .and(credentials::user_id.eq(connections::user_id.concat("")))
        .and(credentials::id.eq(connections::credential_id))
}

/// The connections that name a credential: for a statement that comes from the credentials.
#[auto_type]
pub(super) fn that_name_it() -> _ {
    connections::organization_id
        .eq(credentials::organization_id)
        .and(connections::user_id.eq(credentials::user_id))
        .and(connections::credential_id.eq(credentials::id))
}

dual! {
    /// A connection.
    fn find(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> QueryResult<Option<FoundRow>> {
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living(scope))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .select(FoundRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// The connection of an account.
    fn find_account(
        connection,
        scope: &TenantScope,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> QueryResult<Option<Key>> {
        let query = connections::table
            .filter(living(scope))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .filter(connections::account_id.eq(account.as_str()))
            .select(connections::id);
        wait!(query.first(connection)).optional()
    }

    /// A connection and its credential, by one statement.
    fn find_with_credential(
        connection,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> QueryResult<Option<(ConnectionRow, CredentialRow)>> {
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living(scope))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .select((ConnectionRow::as_select(), CredentialRow::as_select()));
        wait!(query.first(connection)).optional()
    }

    /// The owner of a connection.
    fn owner(
        connection,
        organization: &OrganizationId,
        id: ConnectionId,
    ) -> QueryResult<Option<String>> {
        let query = connections::table
            .filter(living_in(organization))
            .filter(connections::id.eq(Key(*id.as_uuid())))
            .select(connections::user_id);
        wait!(query.first(connection)).optional()
    }

    /// One more row than a page holds, newest first; of one user, or of everybody in the organization.
    fn list(
        connection,
        organization: &OrganizationId,
        user: Option<&UserId>,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> QueryResult<Vec<FoundRow>> {
        let mut query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living_in(organization))
            .select(FoundRow::as_select())
            .order(connections::id.desc())
            .limit(i64::from(page.limit) + 1)
            .into_boxed();
        if let Some(user) = user {
            query = query.filter(connections::user_id.eq(user.as_str()));
        }
        if let Some(after) = page.after {
            query = query.filter(connections::id.lt(Key(*after.as_uuid())));
        }
        if let Some(marketplace) = filter.marketplace {
            query = query.filter(connections::marketplace.eq(marketplace.as_str()));
        }
        if let Some(status) = filter.status {
            query = query.filter(connections::status.eq(status));
        }
        if let Some(end) = filter.expiring_by {
            let end = Micros::of(end);
            let runs_out = credentials::refresh_expires_at
                .le(end)
                .or(credentials::authorisation_expires_at.le(end));
            query = query.filter(runs_out);
        }
        wait!(query.load(connection))
    }

    /// The busiest query: at most two rows, the default first, each found by an index.
    fn read_credential(
        connection,
        scope: &TenantScope,
        marketplace: Marketplace,
        selector: &Selector,
    ) -> QueryResult<Vec<ReadRow>> {
        let query = connections::table
            .inner_join(credentials::table.on(its_credential()))
            .filter(living(scope))
            .filter(connections::marketplace.eq(marketplace.as_str()))
            .select(ReadRow::as_select())
            .order(connections::is_default.desc())
            .limit(2);
        match selector {
            Selector::Default => wait!(query.load(connection)),
            Selector::Account(account) => {
                wait!(query.filter(connections::account_id.eq(account.as_str())).load(connection))
            }
            Selector::Connection(id) => {
                wait!(query.filter(connections::id.eq(Key(*id.as_uuid()))).load(connection))
            }
        }
    }

    /// Whether the database answers.
    fn ping(connection) -> QueryResult<()> {
        wait!(diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1")).execute(connection))
            .map(|_| ())
    }
}
