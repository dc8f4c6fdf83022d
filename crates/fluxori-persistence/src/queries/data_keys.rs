//! Wrapped data keys of organizations.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
    dsl::{count_star, min, sql},
    sql_types::Nullable,
};
use fluxori_domain::{
    DataKeyId, MasterKeyId, OrganizationId,
    ports::{StorageError, WrappedDataKey},
};

use super::dual;
use crate::{
    failure::Failure,
    rows::{DataKeyRow, MasterKeyRows},
    schema::{data_keys, retired_master_keys},
    types::Instant,
};

dual! {
    /// The key that seals new values.
    fn active(connection, organization: &OrganizationId) -> QueryResult<Option<DataKeyRow>> {
        let query = data_keys::table
            .filter(data_keys::organization_id.eq(organization.as_str()))
            .filter(data_keys::is_active)
            .select(DataKeyRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// A key by name.
    fn find(
        connection,
        organization: &OrganizationId,
        id: &DataKeyId,
    ) -> QueryResult<Option<DataKeyRow>> {
        let query = data_keys::table
            .filter(data_keys::organization_id.eq(organization.as_str()))
            .filter(data_keys::id.eq(id.as_str()))
            .select(DataKeyRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// Stores a first key unless there is an active one, and returns the active one.
    fn insert_first(connection, key: &WrappedDataKey) -> Result<WrappedDataKey, Failure> {
        wait!(guards::require_master_key(connection, &key.master_key))?;
        let insert = diesel::insert_into(data_keys::table)
            .values(DataKeyRow::active(key.clone()))
            .on_conflict_do_nothing();
        wait!(insert.execute(connection))?;
        let active = wait!(active(connection, &key.organization))?;
        // Only an inactive key of the same name can have been in the way of the first one.
        Ok(active.ok_or(StorageError::Conflict)?.try_into()?)
    }

    /// Replaces the wrapping of a key that `expected` wraps.
    fn rewrap(connection, key: &WrappedDataKey, expected: &MasterKeyId) -> Result<bool, Failure> {
        wait!(guards::require_master_key(connection, &key.master_key))?;
        let seen = data_keys::table
            .filter(data_keys::organization_id.eq(key.organization.as_str()))
            .filter(data_keys::id.eq(key.id.as_str()))
            .filter(data_keys::master_key_id.eq(expected.as_str()));
        let change = (
            data_keys::master_key_id.eq(key.master_key.as_str()),
            data_keys::wrapped.eq(key.wrapped.as_str()),
        );
        Ok(wait!(diesel::update(seen).set(change).execute(connection))? == 1)
    }

    /// Master keys that wrap data keys, and those that were withdrawn.
    fn master_keys(connection) -> QueryResult<MasterKeyRows> {
        let needed = data_keys::table
            .group_by(data_keys::master_key_id)
            .select((
                data_keys::master_key_id,
                min(data_keys::id),
                count_star(),
                sql::<Nullable<Instant>>("min(created_at)"),
            ));
        let needed = wait!(needed.load(connection))?;
        let withdrawn = retired_master_keys::table
            .select((retired_master_keys::id, retired_master_keys::retired_at));
        Ok((needed, wait!(withdrawn.load(connection))?))
    }
}
