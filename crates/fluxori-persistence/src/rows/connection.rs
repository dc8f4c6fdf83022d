use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    AccountDetails, Check, Clocks, Connection, ConnectionId, ConnectionStatus, CredentialId,
    LastSync, OutcomeClass, UserId, ports::StorageError,
};

use super::{ClocksRow, Place};
use crate::{
    schema::connections,
    types::{JsonText, Key, Micros},
};

/// A whole row of `connections`, alive.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connections)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ConnectionRow {
    organization_id: String,
    user_id: String,
    id: Key,
    marketplace: String,
    auth_type: String,
    label: String,
    account_id: Option<String>,
    account_name: Option<String>,
    details: JsonText,
    status: String,
    status_reason: Option<String>,
    checked_at: Option<Micros>,
    check_outcome: Option<String>,
    synced_at: Option<Micros>,
    sync_outcome: Option<String>,
    pub(crate) is_default: bool,
    credential_id: Key,
    version: i64,
    created_at: Micros,
    updated_at: Micros,
}

/// What a change may change: not the owner, the credential, the synchronisation or the time of birth.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = connections)]
#[diesel(treat_none_as_null = true)]
pub(crate) struct ConnectionChange {
    auth_type: String,
    label: String,
    account_id: Option<String>,
    account_name: Option<String>,
    details: JsonText,
    status: String,
    status_reason: Option<String>,
    checked_at: Option<Micros>,
    check_outcome: Option<String>,
    is_default: bool,
    version: i64,
    updated_at: Micros,
}

impl ConnectionRow {
    /// The row of a new connection: version 1, whatever the value says.
    pub(crate) fn new(connection: &Connection) -> Self {
        let change = ConnectionChange::of(connection);
        Self {
            organization_id: connection.scope.organization.to_string(),
            user_id: connection.scope.user.to_string(),
            id: Key(*connection.id.as_uuid()),
            marketplace: connection.marketplace.to_string(),
            auth_type: change.auth_type,
            label: change.label,
            account_id: change.account_id,
            account_name: change.account_name,
            details: change.details,
            status: change.status,
            status_reason: change.status_reason,
            checked_at: change.checked_at,
            check_outcome: change.check_outcome,
            synced_at: connection.last_sync.map(|sync| Micros::of(sync.at)),
            sync_outcome: connection.last_sync.map(|sync| sync.outcome.to_string()),
            is_default: change.is_default,
            credential_id: Key(*connection.credential_id.as_uuid()),
            version: 1,
            created_at: Micros::of(connection.created_at),
            updated_at: change.updated_at,
        }
    }
}

impl ConnectionRow {
    /// Which connection.
    pub(crate) const fn id(&self) -> Key {
        self.id
    }

    /// Which account it is of, where that is known.
    pub(crate) fn account(&self) -> Option<(&str, &str)> {
        let account = self.account_id.as_deref()?;
        Some((&self.marketplace, account))
    }

    /// The same row in the hands of another user, as the default or not.
    pub(crate) fn given_to(self, user: &UserId, is_default: bool) -> Self {
        Self {
            user_id: user.to_string(),
            is_default,
            ..self
        }
    }
}

impl ConnectionChange {
    /// The changed columns of a connection, with the version after the one it carries.
    pub(crate) fn of(connection: &Connection) -> Self {
        Self {
            auth_type: connection.auth_type.to_string(),
            label: connection.label.to_string(),
            account_id: connection.account_id.as_ref().map(ToString::to_string),
            account_name: connection.account_name.clone(),
            details: details_text(&connection.details),
            status: connection.status.name().to_owned(),
            status_reason: connection.status.reason().map(|reason| reason.to_string()),
            checked_at: connection.last_check.map(|check| Micros::of(check.at)),
            check_outcome: connection.last_check.map(|check| check.outcome.to_string()),
            is_default: connection.is_default,
            version: connection.version + 1,
            updated_at: Micros::of(connection.updated_at),
        }
    }
}

fn details_text(details: &AccountDetails) -> JsonText {
    JsonText(serde_json::to_string(details).expect("details have text keys and no failing parts"))
}

/// A connection with the clocks of its credential.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(Pg, Sqlite))]
pub(crate) struct FoundRow {
    #[diesel(embed)]
    connection: ConnectionRow,
    #[diesel(embed)]
    clocks: ClocksRow,
}

impl TryFrom<FoundRow> for Connection {
    type Error = StorageError;

    fn try_from(found: FoundRow) -> Result<Self, StorageError> {
        let place = Place {
            table: "credentials",
            row: &found.connection.credential_id.0,
        };
        let clocks = found.clocks.clocks(place)?;
        found.connection.connection(clocks)
    }
}

impl ConnectionRow {
    /// The connection, whose credential has these clocks.
    pub(crate) fn connection(self, clocks: Clocks) -> Result<Connection, StorageError> {
        let row = self;
        let place = Place {
            table: "connections",
            row: &row.id.0,
        };
        let marketplace = place.name("marketplace", &row.marketplace)?;
        Ok(Connection {
            id: ConnectionId::from_uuid(row.id.0),
            scope: place.scope(row.organization_id, row.user_id)?,
            marketplace,
            auth_type: place.name("auth_type", &row.auth_type)?,
            label: place.text("label", row.label)?,
            account_id: row
                .account_id
                .map(|id| place.text("account_id", id))
                .transpose()?,
            account_name: row.account_name,
            details: details(place, marketplace, &row.details)?,
            status: status(place, &row.status, row.status_reason.as_deref())?,
            last_check: match (row.checked_at, row.check_outcome) {
                (Some(at), Some(outcome)) => Some(Check {
                    at: place.time("checked_at", at)?,
                    outcome: place.name("check_outcome", &outcome)?,
                }),
                (None, None) => None,
                _ => return Err(place.bad("check_outcome")),
            },
            last_sync: match (row.synced_at, row.sync_outcome) {
                (Some(at), Some(outcome)) => Some(LastSync {
                    at: place.time("synced_at", at)?,
                    outcome: place.name("sync_outcome", &outcome)?,
                }),
                (None, None) => None,
                _ => return Err(place.bad("sync_outcome")),
            },
            is_default: row.is_default,
            credential_id: CredentialId::from_uuid(row.credential_id.0),
            clocks,
            version: row.version,
            created_at: place.time("created_at", row.created_at)?,
            updated_at: place.time("updated_at", row.updated_at)?,
        })
    }
}

/// Details must be those of the row's marketplace.
pub(super) fn details(
    place: Place<'_>,
    marketplace: fluxori_domain::Marketplace,
    text: &JsonText,
) -> Result<AccountDetails, StorageError> {
    serde_json::from_str::<AccountDetails>(&text.0)
        .ok()
        .filter(|details| details.marketplace() == marketplace)
        .ok_or_else(|| place.bad("details"))
}

/// A status and its reason must fit each other.
pub(super) fn status(
    place: Place<'_>,
    status: &str,
    reason: Option<&str>,
) -> Result<ConnectionStatus, StorageError> {
    let reason = reason
        .map(|reason| place.name::<OutcomeClass>("status_reason", reason))
        .transpose()?;
    ConnectionStatus::from_parts(status, reason).map_err(|_| place.bad("status"))
}
