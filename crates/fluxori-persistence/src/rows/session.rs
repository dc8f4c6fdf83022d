use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    Role, Roles, SecretHash,
    ports::{Session, StorageError},
};

use super::Place;
use crate::{schema::sessions, types::Micros};

/// The `kind` of somebody who is signed in.
pub(crate) const SESSION: &str = "session";
/// The `kind` of a link that signs somebody in.
pub(crate) const LINK: &str = "link";

/// A row of `sessions`, known by the hash of a cookie or of a link's token.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSessionRow {
    hash: Vec<u8>,
    kind: &'static str,
    #[diesel(embed)]
    session: SessionRow,
}

/// What is read of a row of `sessions`: not the hash, which whoever reads it has.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct SessionRow {
    organization_id: String,
    user_id: String,
    read_only: bool,
    expires_at: Micros,
    roles: Option<String>,
}

impl NewSessionRow {
    /// The row of a session, by the hash of its cookie.
    pub(crate) fn session(cookie: SecretHash, session: &Session) -> Self {
        Self::of(cookie, SESSION, session)
    }

    /// The row of a link, by the hash of its token.
    pub(crate) fn link(token: SecretHash, link: &Session) -> Self {
        Self::of(token, LINK, link)
    }

    fn of(hash: SecretHash, kind: &'static str, session: &Session) -> Self {
        Self {
            hash: hash.0.to_vec(),
            kind,
            session: SessionRow {
                organization_id: session.scope.organization.to_string(),
                user_id: session.scope.user.to_string(),
                read_only: session.roles.is_read_only(),
                expires_at: Micros::of(session.expires_at),
                roles: Some(session.roles.to_string()),
            },
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StorageError;

    fn try_from(row: SessionRow) -> Result<Self, StorageError> {
        // The key of the row is the hash of a secret in use: it is not named.
        let place = Place {
            table: "sessions",
            row: &"of a browser",
        };
        Ok(Self {
            scope: place.scope(row.organization_id, row.user_id)?,
            roles: match row.roles {
                Some(roles) => place.text("roles", roles)?,
                // Begun by a release that knew no others.
                None if row.read_only => Roles::of([Role::ReadOnly]),
                None => Roles::default(),
            },
            expires_at: place.time("expires_at", row.expires_at)?,
        })
    }
}
