use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    Clocks, Credential, CredentialId, Generation, Marketplace, StoredSecret, UserId,
    ports::{CredentialChange, StorageError},
};

use super::Place;
use crate::{
    schema::credentials,
    types::{Key, Micros},
};

/// A whole row of `credentials`.
///
/// Not `Debug`: a sealed value has no business in a log.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct CredentialRow {
    organization_id: String,
    user_id: String,
    id: Key,
    marketplace: String,
    auth_type: String,
    generation: i64,
    backend: String,
    secret: String,
    access_expires_at: Option<Micros>,
    refresh_expires_at: Option<Micros>,
    authorisation_expires_at: Option<Micros>,
}

/// When the parts of a credential run out.
#[expect(clippy::struct_field_names, reason = "named as the columns are")]
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = credentials)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct ClocksRow {
    access_expires_at: Option<Micros>,
    refresh_expires_at: Option<Micros>,
    authorisation_expires_at: Option<Micros>,
}

/// What a new secret changes.
#[derive(Clone, AsChangeset)]
#[diesel(table_name = credentials)]
#[diesel(treat_none_as_null = true)]
pub(crate) struct CredentialChangeRow {
    generation: i64,
    backend: String,
    secret: String,
    access_expires_at: Option<Micros>,
    refresh_expires_at: Option<Micros>,
    authorisation_expires_at: Option<Micros>,
}

impl CredentialRow {
    /// The row of a new credential.
    pub(crate) fn new(credential: &Credential) -> Self {
        Self {
            organization_id: credential.scope.organization.to_string(),
            user_id: credential.scope.user.to_string(),
            id: Key(*credential.id.as_uuid()),
            marketplace: credential.marketplace.to_string(),
            auth_type: credential.auth_type.to_string(),
            generation: credential.generation.as_i64(),
            backend: credential.secret.backend.to_string(),
            secret: credential.secret.value.clone(),
            access_expires_at: credential.clocks.access_expires_at.map(Micros::of),
            refresh_expires_at: credential.clocks.refresh_expires_at.map(Micros::of),
            authorisation_expires_at: credential.clocks.authorisation_expires_at.map(Micros::of),
        }
    }
}

impl CredentialRow {
    /// At which marketplace.
    pub(crate) fn marketplace(&self) -> Result<Marketplace, StorageError> {
        let place = Place {
            table: "credentials",
            row: &self.id.0,
        };
        place.name("marketplace", &self.marketplace)
    }

    /// The same row in the hands of another user. What is sealed in it is bound to the organization only.
    pub(crate) fn given_to(self, user: &UserId) -> Self {
        Self {
            user_id: user.to_string(),
            ..self
        }
    }
}

impl CredentialChangeRow {
    /// The changed columns, one generation after the expected one.
    pub(crate) fn of(change: &CredentialChange) -> Self {
        Self {
            generation: change.expected.next().as_i64(),
            backend: change.secret.backend.to_string(),
            secret: change.secret.value.clone(),
            access_expires_at: change.clocks.access_expires_at.map(Micros::of),
            refresh_expires_at: change.clocks.refresh_expires_at.map(Micros::of),
            authorisation_expires_at: change.clocks.authorisation_expires_at.map(Micros::of),
        }
    }
}

impl TryFrom<CredentialRow> for Credential {
    type Error = StorageError;

    fn try_from(row: CredentialRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "credentials",
            row: &row.id.0,
        };
        Ok(Self {
            id: CredentialId::from_uuid(row.id.0),
            scope: place.scope(row.organization_id, row.user_id)?,
            marketplace: place.name("marketplace", &row.marketplace)?,
            auth_type: place.name("auth_type", &row.auth_type)?,
            generation: generation(place, row.generation)?,
            secret: StoredSecret {
                backend: place.name("backend", &row.backend)?,
                value: row.secret,
            },
            clocks: clocks(
                place,
                [
                    row.access_expires_at,
                    row.refresh_expires_at,
                    row.authorisation_expires_at,
                ],
            )?,
        })
    }
}

impl ClocksRow {
    /// The clocks, for the row named.
    pub(super) fn clocks(self, place: Place<'_>) -> Result<Clocks, StorageError> {
        clocks(
            place,
            [
                self.access_expires_at,
                self.refresh_expires_at,
                self.authorisation_expires_at,
            ],
        )
    }
}

pub(super) fn generation(place: Place<'_>, number: i64) -> Result<Generation, StorageError> {
    Generation::from_stored(number).ok_or_else(|| place.bad("generation"))
}

/// The clocks in the order of their columns: access, refresh, authorisation.
pub(super) fn clocks(
    place: Place<'_>,
    [access, refresh, authorisation]: [Option<Micros>; 3],
) -> Result<Clocks, StorageError> {
    let time = |column, micros: Option<Micros>| {
        micros.map(|micros| place.time(column, micros)).transpose()
    };
    Ok(Clocks {
        access_expires_at: time("access_expires_at", access)?,
        refresh_expires_at: time("refresh_expires_at", refresh)?,
        authorisation_expires_at: time("authorisation_expires_at", authorisation)?,
    })
}
