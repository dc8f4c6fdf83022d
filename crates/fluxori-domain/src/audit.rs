//! Who did what, when, and how it ended. No secret and no provider text.

use chrono::{DateTime, Utc};

use crate::{
    AuditEventId, ConnectionId, Generation, Marketplace, OutcomeClass, TenantScope, UserId,
    text::{check_printable, checked_text, named_enum},
};

checked_text!(
    /// The program that acts, such as `web` or `stock-sync`: 1–64 printable characters.
    ServiceName,
    |text| check_printable("a service name", text, 1, 64)
);
checked_text!(
    /// Ties the log lines and audit events of one request together: 1–128 printable characters.
    RequestId,
    |text| check_printable("a request id", text, 1, 128)
);
checked_text!(
    /// Why an adapter asks for a credential, such as `order import`: 1–64 printable characters.
    Purpose,
    |text| check_printable("a purpose", text, 1, 64)
);

/// Who acts, for whom: a user in an organization, through a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// For whom: whose connections.
    pub scope: TenantScope,
    /// Who acts, where that is another user of the organization.
    pub actor: Option<UserId>,
    /// Through which program.
    pub service: ServiceName,
    /// In which request, where there is one.
    pub request_id: Option<RequestId>,
}

named_enum!(
    /// What happened.
    AuditKind, "an audit event" {
        /// A connection was made.
        Created = "connection.created",
        /// The label was changed, or the connection became or stopped being the default.
        Changed = "connection.changed",
        /// The secret was replaced by the seller.
        CredentialReplaced = "credential.replaced",
        /// The seller agreed again at the marketplace, and the connection got a new secret.
        Reauthorised = "connection.reauthorised",
        /// The tokens were renewed at the marketplace.
        CredentialRefreshed = "credential.refreshed",
        /// The marketplace refused to renew the tokens: the seller has to connect again.
        CredentialRefused = "credential.refused",
        /// The credential was tested at the marketplace.
        Tested = "connection.tested",
        /// An adapter reported the end of a synchronisation.
        Synced = "connection.synced",
        /// The secret was handed to an adapter.
        CredentialRead = "credential.read",
        /// The connection was deleted.
        Deleted = "connection.deleted",
        /// The secret of a deleted connection was destroyed.
        SecretDestroyed = "credential.destroyed",
        /// The connection became another user's. The last event of the one who had it.
        GivenAway = "connection.given_away",
        /// The connection was another user's before. The first event of the one who has it.
        TakenOver = "connection.taken_over",
    }
);

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its own name.
    pub id: AuditEventId,
    /// Whose connection it concerns.
    pub scope: TenantScope,
    /// Who acted, where that was another user of the organization.
    pub actor: Option<UserId>,
    /// Which connection.
    pub connection: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
    /// What happened.
    pub kind: AuditKind,
    /// Through which program.
    pub service: ServiceName,
    /// Why, for reads of a credential.
    pub purpose: Option<Purpose>,
    /// Which generation of the credential was concerned.
    pub generation: Option<Generation>,
    /// How it ended, for tests.
    pub outcome: Option<OutcomeClass>,
    /// In which request.
    pub request_id: Option<RequestId>,
    /// When; of several, the first.
    pub at: DateTime<Utc>,
    /// How many equal reads it stands for, within a second. 1 for everything else.
    pub occurrences: u32,
}

/// Which events of an organization to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only of connections that were this user's then.
    pub user: Option<UserId>,
    /// Only of this connection, whosever it was.
    pub connection: Option<ConnectionId>,
}

/// What an event concerns.
#[derive(Debug, Clone, Copy)]
pub struct AuditSubject<'a> {
    /// Whose connection.
    pub scope: &'a TenantScope,
    /// Which connection.
    pub connection: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
}

impl AuditEvent {
    /// An event that happens at `at` through a program. What else is known of it is filled in afterwards.
    #[must_use]
    pub fn new(
        kind: AuditKind,
        subject: AuditSubject<'_>,
        service: &ServiceName,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: AuditEventId::make(at),
            scope: subject.scope.clone(),
            actor: None,
            connection: subject.connection,
            marketplace: subject.marketplace,
            kind,
            service: service.clone(),
            purpose: None,
            generation: None,
            outcome: None,
            request_id: None,
            at,
            occurrences: 1,
        }
    }
}
