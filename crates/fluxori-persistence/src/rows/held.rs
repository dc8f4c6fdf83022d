use diesel::{AsChangeset, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{StoredSecret, TenantScope, ports::StorageError};

use super::Place;
use crate::{schema::credentials, types::Key};

/// What a credential's row holds of its secret, and in which generation.
///
/// Not `Debug`: a sealed value has no business in a log.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = credentials)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct HeldRow {
    organization_id: String,
    user_id: String,
    pub(crate) id: Key,
    pub(crate) generation: i64,
    backend: String,
    secret: String,
}

/// The same secret in another store.
#[derive(Clone, AsChangeset)]
#[diesel(table_name = credentials)]
pub(crate) struct SecretChangeRow {
    backend: String,
    secret: String,
}

impl HeldRow {
    /// The owner.
    pub(crate) fn scope(&self) -> Result<TenantScope, StorageError> {
        self.place()
            .scope(self.organization_id.clone(), self.user_id.clone())
    }

    /// The secret as it is stored.
    pub(crate) fn secret(&self) -> Result<StoredSecret, StorageError> {
        Ok(StoredSecret {
            backend: self.place().name("backend", &self.backend)?,
            value: self.secret.clone(),
        })
    }

    fn place(&self) -> Place<'_> {
        Place {
            table: "credentials",
            row: &self.id.0,
        }
    }
}

impl From<&StoredSecret> for SecretChangeRow {
    fn from(secret: &StoredSecret) -> Self {
        Self {
            backend: secret.backend.to_string(),
            secret: secret.value.clone(),
        }
    }
}
