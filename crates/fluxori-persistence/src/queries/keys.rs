//! Changing data keys and master keys, over all tenants.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, QueryResult, SelectableHelper as _,
    dsl::{count_star, exists, not, select, sql},
    sql_types::{Bool, Nullable, Text},
};
use fluxori_domain::{
    Backend, CredentialId, DataKeyId, MasterKeyId, OrganizationId, UserId,
    ports::{Resealed, StorageError, WrappedBy, WrappedDataKey},
};
use uuid::Uuid;

use super::{
    dual,
    guards::{DataKeyLock, MasterKeyLock},
};
use crate::{
    failure::Failure,
    rows::{CredentialRow, DataKeyRow, SealedRow},
    schema::{credentials, data_keys, retired_master_keys},
    types::{Identifier, Key, Micros},
};

/// How many credentials are sealed here, and by which keys. A sealed value is `fx1.<data key>.<iv>.<ciphertext>`.
const SEALED: &str = "\
    SELECT count(*) AS credentials, count(k.id) AS by_inactive, \
    (SELECT count(*) FROM data_keys AS a WHERE a.is_active AND ($1 IS NULL OR a.organization_id = $1)) \
    AS active_keys, \
    (SELECT count(*) FROM data_keys AS i WHERE NOT i.is_active AND ($1 IS NULL OR i.organization_id = $1)) \
    AS inactive_keys \
    FROM credentials AS c LEFT JOIN data_keys AS k ON k.organization_id = c.organization_id \
    AND k.id = substr(c.secret, 5, 32) AND NOT k.is_active \
    WHERE c.backend = 'database' AND ($1 IS NULL OR c.organization_id = $1)";

dual! {
    /// Data keys by organization and name.
    fn wrapped(
        connection,
        by: &WrappedBy,
        after: Option<&WrappedDataKey>,
        limit: u16,
    ) -> QueryResult<Vec<DataKeyRow>> {
        // No organization is called nothing.
        let (organization, id) = after.map_or(("", ""), |after| {
            (after.organization.as_str(), after.id.as_str())
        });
        let mut query = data_keys::table
            .filter(
                sql::<Bool>("(organization_id, id) > (")
                    .bind::<Text, _>(organization)
                    .sql(", ")
                    .bind::<Text, _>(id)
                    .sql(")"),
            )
            .order((data_keys::organization_id, data_keys::id))
            .limit(i64::from(limit))
            .select(DataKeyRow::as_select())
            .into_boxed();
        match by {
            WrappedBy::Any => {}
            WrappedBy::Only(key) => query = query.filter(data_keys::master_key_id.eq(key.as_str())),
            WrappedBy::AnyBut(key) => query = query.filter(data_keys::master_key_id.ne(key.as_str())),
        }
        wait!(query.load(connection))
    }

    /// How many those are.
    fn count_wrapped(connection, by: &WrappedBy) -> QueryResult<i64> {
        let mut query = data_keys::table.select(count_star()).into_boxed();
        match by {
            WrappedBy::Any => {}
            WrappedBy::Only(key) => query = query.filter(data_keys::master_key_id.eq(key.as_str())),
            WrappedBy::AnyBut(key) => query = query.filter(data_keys::master_key_id.ne(key.as_str())),
        }
        wait!(query.first(connection))
    }

    /// Organizations with data keys, by name.
    fn organizations(
        connection,
        after: Option<&OrganizationId>,
        limit: u16,
    ) -> QueryResult<Vec<String>> {
        let after = after.map_or("", OrganizationId::as_str);
        let query = data_keys::table
            .filter(data_keys::organization_id.gt(after))
            .order(data_keys::organization_id)
            .limit(i64::from(limit))
            .select(data_keys::organization_id)
            .distinct();
        wait!(query.load(connection))
    }

    /// Data keys of an organization that are not active, by name.
    fn inactive(connection, organization: &OrganizationId) -> QueryResult<Vec<DataKeyRow>> {
        let query = data_keys::table
            .filter(data_keys::organization_id.eq(organization.as_str()))
            .filter(not(data_keys::is_active))
            .order(data_keys::id)
            .select(DataKeyRow::as_select());
        wait!(query.load(connection))
    }

    /// Makes a key the active one instead of another.
    fn activate(
        connection,
        new: &WrappedDataKey,
        instead_of: &DataKeyId,
    ) -> Result<bool, Failure> {
        wait!(guards::require_master_key(connection, &new.master_key))?;
        let old = data_keys::table
            .filter(data_keys::organization_id.eq(new.organization.as_str()))
            .filter(data_keys::id.eq(instead_of.as_str()))
            .filter(data_keys::is_active);
        let update = diesel::update(old).set(data_keys::is_active.eq(false));
        if wait!(update.execute(connection))? == 0 {
            return Ok(false);
        }
        let insert = diesel::insert_into(data_keys::table).values(DataKeyRow::active(new.clone()));
        wait!(insert.execute(connection))?;
        Ok(true)
    }

    /// Credentials that another key seals here, by user and name.
    fn sealed_by_others(
        connection,
        organization: &OrganizationId,
        than: &DataKeyId,
        after: Option<&(UserId, CredentialId)>,
        limit: u16,
    ) -> QueryResult<Vec<CredentialRow>> {
        // No user is called nothing.
        let (user, id) = after.map_or(("", Uuid::nil()), |(user, id)| {
            (user.as_str(), *id.as_uuid())
        });
        let query = credentials::table
            .filter(credentials::organization_id.eq(organization.as_str()))
            .filter(credentials::backend.eq(Backend::Database.as_str()))
            .filter(
                sql::<Bool>("(user_id, id) > (")
                    .bind::<Text, _>(user)
                    .sql(", ")
                    .bind::<Identifier, _>(Key(id))
                    .sql(")"),
            )
            .filter(sql::<Bool>("substr(secret, 5, 32) <> ").bind::<Text, _>(than.as_str()))
            .order((credentials::user_id, credentials::id))
            .limit(i64::from(limit))
            .select(CredentialRow::as_select());
        wait!(query.load(connection))
    }

    /// How many credentials are sealed here, and by which keys.
    fn count_sealed(connection, organization: Option<&str>) -> QueryResult<SealedRow> {
        let query = diesel::sql_query(SEALED).bind::<Nullable<Text>, _>(organization);
        wait!(query.get_result(connection))
    }

    /// Lets rows hold the same secrets under the active key.
    fn reseal(
        connection,
        organization: &OrganizationId,
        by: &DataKeyId,
        secrets: &[Resealed],
    ) -> Result<usize, Failure> {
        let lock = dialect::lock_data_key(connection, organization, by, DataKeyLock::Seals);
        if wait!(lock)? != Some(true) {
            return Err(StorageError::Conflict.into());
        }
        Ok(wait!(dialect::reseal(connection, organization, secrets))?)
    }

    /// Deletes a key that seals nothing and is not active.
    fn drop_unused(
        connection,
        organization: &OrganizationId,
        key: &DataKeyId,
    ) -> Result<bool, Failure> {
        // First the lock, then the look: whoever stores something that the key seals is waited for, and seen.
        let lock = dialect::lock_data_key(connection, organization, key, DataKeyLock::Deletes);
        if wait!(lock)? != Some(false) {
            return Ok(false);
        }
        let sealed = credentials::table
            .filter(credentials::organization_id.eq(organization.as_str()))
            .filter(credentials::backend.eq(Backend::Database.as_str()))
            .filter(sql::<Bool>("substr(secret, 5, 32) = ").bind::<Text, _>(key.as_str()));
        if wait!(select(exists(sealed)).get_result(connection))? {
            return Ok(false);
        }
        let unused = data_keys::table
            .filter(data_keys::organization_id.eq(organization.as_str()))
            .filter(data_keys::id.eq(key.as_str()));
        Ok(wait!(diesel::delete(unused).execute(connection))? == 1)
    }

    /// Withdraws a master key that wraps nothing; how much it wraps otherwise.
    fn withdraw(connection, key: &MasterKeyId, at: DateTime<Utc>) -> Result<i64, Failure> {
        wait!(dialect::lock_master_key(connection, key, MasterKeyLock::Withdraws))?;
        let wrapped = wait!(count_wrapped(connection, &WrappedBy::Only(key.clone())))?;
        if wrapped == 0 {
            let insert = diesel::insert_into(retired_master_keys::table)
                .values((
                    retired_master_keys::id.eq(key.as_str()),
                    retired_master_keys::retired_at.eq(Micros::of(at)),
                ))
                .on_conflict_do_nothing();
            wait!(insert.execute(connection))?;
        }
        Ok(wrapped)
    }
}
