use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use fluxori_domain::{
    ConnectionId,
    ports::{OAuthFlow, StorageError},
};

use super::Place;
use crate::{
    schema::oauth_flows,
    types::{JsonText, Key, Micros},
};

/// A row of `oauth_flows`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = oauth_flows)]
#[diesel(check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct FlowRow {
    state: Vec<u8>,
    browser: Vec<u8>,
    organization_id: String,
    user_id: String,
    marketplace: String,
    target: JsonText,
    reconnects: Option<Key>,
    label: Option<String>,
    make_default: bool,
    return_to: String,
    expires_at: Micros,
    actor: Option<String>,
}

impl From<OAuthFlow> for FlowRow {
    fn from(flow: OAuthFlow) -> Self {
        let target = serde_json::to_string(&flow.target);
        Self {
            state: flow.state.0.to_vec(),
            browser: flow.browser.0.to_vec(),
            organization_id: flow.scope.organization.into(),
            user_id: flow.scope.user.into(),
            marketplace: flow.marketplace.to_string(),
            target: JsonText(target.expect("texts by text keys always serialise")),
            reconnects: flow.reconnects.map(|id| Key(*id.as_uuid())),
            label: flow.label.map(Into::into),
            make_default: flow.make_default,
            return_to: flow.return_to,
            expires_at: Micros::of(flow.expires_at),
            actor: flow.actor.map(Into::into),
        }
    }
}

impl TryFrom<FlowRow> for OAuthFlow {
    type Error = StorageError;

    fn try_from(row: FlowRow) -> Result<Self, StorageError> {
        // The key of the row is the hash of a secret in use: it is not named.
        let place = Place {
            table: "oauth_flows",
            row: &"of a callback",
        };
        Ok(Self {
            state: place.hash("state", &row.state)?,
            browser: place.hash("browser", &row.browser)?,
            scope: place.scope(row.organization_id, row.user_id)?,
            actor: row
                .actor
                .map(|actor| place.text("actor", actor))
                .transpose()?,
            marketplace: place.name("marketplace", &row.marketplace)?,
            target: serde_json::from_str(&row.target.0).map_err(|_| place.bad("target"))?,
            reconnects: row.reconnects.map(|key| ConnectionId::from_uuid(key.0)),
            label: row
                .label
                .map(|label| place.text("label", label))
                .transpose()?,
            make_default: row.make_default,
            return_to: row.return_to,
            expires_at: place.time("expires_at", row.expires_at)?,
        })
    }
}
