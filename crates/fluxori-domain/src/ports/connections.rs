use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;
use crate::{
    AccountDetails, AccountId, AuditEvent, Clocks, Connection, ConnectionFilter, ConnectionId,
    ConnectionStatus, Credential, Generation, IdempotencyKey, LastSync, Marketplace,
    OrganizationId, Overview, Page, PageRequest, StoredSecret, TenantScope, UserId,
};

/// A connection with its credential and the event that tells of it: stored together or not at all.
#[derive(Debug)]
pub struct NewConnection {
    /// The connection. `is_default` asks for it; the first one of a marketplace gets it anyway.
    pub connection: Connection,
    /// Its credential.
    pub credential: Credential,
    /// The event.
    pub event: AuditEvent,
    /// The reservation that this completes, if the caller gave a key.
    pub completes: Option<Completion>,
}

/// A reservation that becomes "done" together with the connection it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The caller's key, reserved before.
    pub key: IdempotencyKey,
    /// Until when the answer is remembered, later than the reservation's own end.
    pub expires_at: DateTime<Utc>,
}

/// A new secret for an existing credential, one generation on.
#[derive(Debug)]
pub struct CredentialChange {
    /// The generation that must still be stored, or nothing is changed.
    pub expected: Generation,
    /// The new secret, bound to the next generation.
    pub secret: StoredSecret,
    /// The new clocks.
    pub clocks: Clocks,
}

/// A deleted connection whose secret may still exist.
#[derive(Debug)]
pub struct Tombstone {
    /// Which connection it was.
    pub connection: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
    /// Of which account.
    pub details: AccountDetails,
    /// Its credential.
    pub credential: Credential,
    /// Whether no living connection uses the credential, so that it goes too.
    pub is_last: bool,
    /// Whether the account is to be cut off at the marketplace.
    pub revoke: bool,
    /// Whose it was.
    pub scope: TenantScope,
    /// When it was deleted.
    pub deleted_at: DateTime<Utc>,
}

/// Which connection of a marketplace an adapter means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Selector {
    /// The default one, or the only one.
    Default,
    /// The one of this account.
    Account(AccountId),
    /// This one.
    Connection(ConnectionId),
}

/// What reading a credential needs, and no more: the one row of the busiest query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRead {
    /// The connection.
    pub connection: ConnectionId,
    /// The pinned account.
    pub account_id: Option<AccountId>,
    /// What is known of the account.
    pub details: AccountDetails,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// The credential with its sealed secret.
    pub credential: Credential,
}

/// Connections and their credentials. Every method takes the tenant scope, except the ones named for maintenance.
///
/// A secret that is kept outside the database is taken up and let go of in the same transaction as the row that holds it,
/// here and in every other repository, as [`LooseSecret`](super::LooseSecret) tells: taking up one that is not on the
/// ledger, or condemned, is a [`StorageError::Conflict`].
///
/// Deleted connections do not exist for any method but [`ConnectionRepository::tombstones`] and
/// [`ConnectionRepository::remove`].
#[async_trait]
pub trait ConnectionRepository: Send + Sync {
    /// Stores a new connection, its credential and its event in one transaction, and returns it as stored: version 1,
    /// and the default if it asks for that or is the tenant's only one at the marketplace. A connection that loses the
    /// default to it gets a new version. A credential that is stored already, with the same owner and generation, is shared.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when the account is already connected by this user; [`StorageError::Conflict`] when the
    /// reservation to be completed, or the credential to be shared, is not there (any more).
    async fn insert(&self, new: NewConnection) -> Result<Connection, StorageError>;

    /// The connection, if it is this tenant's and lives.
    async fn find(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StorageError>;

    /// The live connection of an account.
    async fn find_account(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        account: &AccountId,
    ) -> Result<Option<ConnectionId>, StorageError>;

    /// The connection and its credential together, as they were at one moment.
    async fn find_with_credential(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
    ) -> Result<Option<(Connection, Credential)>, StorageError>;

    /// The tenant's connections, newest first.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, StorageError>;

    /// Whose connection it is, if it lives and is of this organization: for callers who may act for others in it, who
    /// then take the owner's scope.
    async fn owner(
        &self,
        organization: &OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<UserId>, StorageError>;

    /// The connections of everybody in the organization, newest first: for callers who may see all of them.
    async fn list_organization(
        &self,
        organization: &OrganizationId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, StorageError>;

    /// How many connections the tenant has in each state, and which of them runs out next; of those that are `expired` or
    /// `disconnected` nothing is still to run out.
    async fn overview(&self, scope: &TenantScope) -> Result<Overview, StorageError>;

    /// Stores the changed connection if its version is still `connection.version`, with the credential's change
    /// and the event in the same transaction, and returns it with its new version. A connection that became the
    /// default takes that from the one that was, which gets a new version too.
    ///
    /// Owner, marketplace, credential, time of birth and the latest synchronisation stay what they are, whatever the value
    /// says; so an edit never undoes a [`ConnectionRepository::record_sync`] that it has not seen.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when the version or the credential's generation is no longer the expected one, or
    /// the connection is gone; [`StorageError::Duplicate`] when the newly pinned account is already connected.
    async fn update(
        &self,
        connection: Connection,
        credential: Option<CredentialChange>,
        event: AuditEvent,
    ) -> Result<Connection, StorageError>;

    /// Records a synchronisation without touching the version, so that a busy adapter never makes a seller's
    /// edit fail. An older report does not overwrite a newer one, but leaves its event. `false`, and no event, when
    /// there is no such connection.
    async fn record_sync(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        sync: LastSync,
        event: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// What an adapter needs for a call. Ambiguity is not resolved here: at most two rows are read for
    /// [`Selector::Default`], the default first.
    async fn read_credential(
        &self,
        scope: &TenantScope,
        marketplace: Marketplace,
        selector: &Selector,
    ) -> Result<Candidates, StorageError>;

    /// Makes the connection invisible at once and notes whether to `revoke` it at the marketplace, if its version is still `version`; without a version, whatever it is. If it
    /// was the default and exactly one connection is left at the marketplace, that becomes the default: adapters get it
    /// anyway, and go on getting it when another is added.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when it is gone or has another version.
    async fn bury(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        version: Option<i64>,
        revoke: bool,
        event: AuditEvent,
    ) -> Result<Tombstone, StorageError>;

    /// Removes a buried connection, its credential if nothing else uses it, with the event that says so. Doing it
    /// again does nothing.
    async fn remove(&self, tombstone: &Tombstone, event: AuditEvent) -> Result<(), StorageError>;

    /// Maintenance, all tenants: at most `limit` buried connections, oldest first.
    async fn tombstones(&self, limit: u16) -> Result<Vec<Tombstone>, StorageError>;

    /// Maintenance, all tenants: living connections that were last tested before `before`, or never, and that a test may
    /// tell something about. The longest untested first.
    async fn untested(
        &self,
        before: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<(TenantScope, ConnectionId)>, StorageError>;
}

/// The answer to [`ConnectionRepository::read_credential`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidates {
    /// No live connection fits.
    None,
    /// Exactly one fits, or one is the default.
    One(Box<CredentialRead>),
    /// Several fit and none is the default.
    Several,
}
