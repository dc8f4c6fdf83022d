use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, Connection, ConnectionId, ConnectionStatus, Marketplace,
};

/// A connection without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSummary {
    /// The connection.
    pub id: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
    /// The seller's name for it.
    pub label: String,
    /// The pinned account.
    pub account_id: Option<AccountId>,
    /// What is known of the account.
    pub details: AccountDetails,
    /// Whether it works, and why not.
    pub status: ConnectionStatus,
    /// Whether it is the one that an adapter gets when it names no account.
    pub is_default: bool,
    /// When an adapter last reported a synchronisation.
    pub last_synced_at: Option<DateTime<Utc>>,
}

impl From<Connection> for ConnectionSummary {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id,
            marketplace: connection.marketplace,
            label: connection.label.into(),
            account_id: connection.account_id,
            details: connection.details,
            status: connection.status,
            is_default: connection.is_default,
            last_synced_at: connection.last_sync.map(|sync| sync.at),
        }
    }
}
