//! The slim row of the busiest query: what [`CredentialRead`] needs and the caller did not say.

use diesel::{Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    ConnectionId, Credential, CredentialId, Marketplace, StoredSecret, TenantScope,
    ports::{Candidates, CredentialRead, StorageError},
};

use super::{Place, connection, credential};
use crate::{
    schema::{connections, credentials},
    types::{JsonText, Key, Micros},
};

/// A connection joined with its credential. Not `Debug`, because of the sealed value.
#[derive(Queryable, Selectable)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct ReadRow {
    #[diesel(embed)]
    connection: ConnectionPart,
    #[diesel(embed)]
    credential: CredentialPart,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = connections)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct ConnectionPart {
    id: Key,
    account_id: Option<String>,
    details: JsonText,
    status: String,
    status_reason: Option<String>,
    is_default: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct CredentialPart {
    id: Key,
    auth_type: String,
    generation: i64,
    backend: String,
    secret: String,
    access_expires_at: Option<Micros>,
    refresh_expires_at: Option<Micros>,
    authorisation_expires_at: Option<Micros>,
}

/// Decides among the rows found, at most two, the default first. Owner and marketplace are what was asked for.
pub(crate) fn candidates(
    scope: &TenantScope,
    marketplace: Marketplace,
    rows: Vec<ReadRow>,
) -> Result<Candidates, StorageError> {
    let mut rows = rows.into_iter();
    match (rows.next(), rows.next()) {
        (None, _) => Ok(Candidates::None),
        (Some(row), second) if row.is_default() || second.is_none() => {
            Ok(Candidates::One(Box::new(row.read(scope, marketplace)?)))
        }
        (Some(_), _) => Ok(Candidates::Several),
    }
}

impl ReadRow {
    pub(crate) const fn is_default(&self) -> bool {
        self.connection.is_default
    }

    fn read(
        self,
        scope: &TenantScope,
        marketplace: Marketplace,
    ) -> Result<CredentialRead, StorageError> {
        let Self {
            connection: row,
            credential: sealed,
        } = self;
        let place = Place {
            table: "connections",
            row: &row.id.0,
        };
        let account_id = row
            .account_id
            .map(|id| place.text("account_id", id))
            .transpose()?;
        let details = connection::details(place, marketplace, &row.details)?;
        let status = connection::status(place, &row.status, row.status_reason.as_deref())?;

        let place = Place {
            table: "credentials",
            row: &sealed.id.0,
        };
        Ok(CredentialRead {
            connection: ConnectionId::from_uuid(row.id.0),
            account_id,
            details,
            status,
            credential: Credential {
                id: CredentialId::from_uuid(sealed.id.0),
                scope: scope.clone(),
                marketplace,
                auth_type: place.name("auth_type", &sealed.auth_type)?,
                generation: credential::generation(place, sealed.generation)?,
                secret: StoredSecret {
                    backend: place.name("backend", &sealed.backend)?,
                    value: sealed.secret,
                },
                clocks: credential::clocks(
                    place,
                    [
                        sealed.access_expires_at,
                        sealed.refresh_expires_at,
                        sealed.authorisation_expires_at,
                    ],
                )?,
            },
        })
    }
}
