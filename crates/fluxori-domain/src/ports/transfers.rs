use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{AuditEvent, ConnectionId, CredentialId, TenantScope, UserId};

/// A credential changes hands, with the connections that use it.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Whose it is.
    pub from: TenantScope,
    /// Whose it becomes, in the same organization.
    pub to: UserId,
    /// The credential. Its sealed secret stays as it is: it is bound to the organization, not to the user.
    pub credential: CredentialId,
    /// All living connections that use it.
    pub connections: Vec<ConnectionId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What is to be told of it: each connection's end here and its beginning there.
    pub events: Vec<AuditEvent>,
}

/// What became of a [`Transfer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEnd {
    /// Everything is the other user's now.
    Done,
    /// Nothing was changed: the other user has one of the accounts already, by this connection.
    Duplicate {
        /// Theirs.
        existing: ConnectionId,
    },
    /// Nothing was changed: tokens are being renewed, a deletion is not finished, or these are not the living connections
    /// of the credential any more. Later it works, with what there is then.
    Busy,
}

/// Connections that change hands.
#[async_trait]
pub trait TransferRepository: Send + Sync {
    /// Gives a credential and its connections to another user of the organization, with the events, in one transaction;
    /// or changes nothing. Connections keep their ids and get a new version. At a marketplace where the receiver has none
    /// yet, the first becomes the default; otherwise the receiver's stays it. What is kept of the credential outside the
    /// database goes along.
    async fn transfer(&self, transfer: Transfer) -> Result<TransferEnd, StorageError>;
}
