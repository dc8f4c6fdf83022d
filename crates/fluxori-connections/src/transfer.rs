use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditKind, Caller, Connection, ConnectionFilter, ConnectionId, CredentialId,
    PageRequest, TenantScope, UserId,
    ports::{Transfer, TransferEnd},
};

use crate::{ConnectionError, Connections, service::event};

/// What is to change hands within an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRequest {
    /// Who has them.
    pub from: UserId,
    /// Who gets them.
    pub to: UserId,
    /// Which; without it, all of them.
    pub connections: Option<Vec<ConnectionId>>,
}

/// What became of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// Which one.
    pub connection: ConnectionId,
    /// How it ended.
    pub result: TransferResult,
}

/// How the transfer of one connection ended. It stays as it is in all cases but the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferResult {
    /// It is the other user's now.
    Done,
    /// It was theirs already.
    AlreadyThere,
    /// They have the account already, or one that shares its consent.
    AlreadyConnected {
        /// By this connection.
        existing: ConnectionId,
    },
    /// It shares its consent with others, which have to go along.
    SharedConsent {
        /// These.
        with: Vec<ConnectionId>,
    },
    /// It is being refreshed, changed or deleted: later it works.
    Busy,
    /// There is no such connection of the one or the other.
    NotFound,
}

impl Connections {
    /// Gives connections of one user to another user of the caller's organization, each for itself: what cannot go stays. For
    /// callers who may act for others. Doing it again does nothing.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not answer; what went over before that stays there.
    #[tracing::instrument(name = "connections.transfer", skip_all)]
    pub async fn transfer(
        &self,
        caller: &Caller,
        request: TransferRequest,
    ) -> Result<Vec<Transferred>, ConnectionError> {
        let organization = &caller.scope.organization;
        let from = TenantScope::new(organization.clone(), request.from);
        let to = TenantScope::new(organization.clone(), request.to);
        let owned = self.all_of(&from).await?;
        let wanted = request
            .connections
            .unwrap_or_else(|| owned.iter().map(|connection| connection.id).collect());
        let mut results: BTreeMap<ConnectionId, TransferResult> = BTreeMap::new();
        let mut by_credential: BTreeMap<CredentialId, Vec<&Connection>> = BTreeMap::new();
        for connection in &owned {
            let sharing = by_credential.entry(connection.credential_id);
            sharing.or_default().push(connection);
        }
        for (credential, sharing) in by_credential {
            let (named, left): (Vec<&Connection>, Vec<_>) = sharing
                .into_iter()
                .partition(|connection| wanted.contains(&connection.id));
            if named.is_empty() {
                continue;
            }
            let result = if left.is_empty() {
                let transfer = self.plan(caller, (&from, &to), credential, &named);
                self.give(transfer).await?
            } else {
                TransferResult::SharedConsent {
                    with: left.iter().map(|connection| connection.id).collect(),
                }
            };
            results.extend(
                named
                    .iter()
                    .map(|connection| (connection.id, result.clone())),
            );
        }
        for id in &wanted {
            if !results.contains_key(id) {
                let result = match self.ports.connections.owner(organization, *id).await? {
                    Some(holder) if holder == to.user => TransferResult::AlreadyThere,
                    _ => TransferResult::NotFound,
                };
                results.insert(*id, result);
            }
        }
        self.changed(&from);
        self.changed(&to);
        Ok(results
            .into_iter()
            .map(|(connection, result)| Transferred { connection, result })
            .collect())
    }

    /// Every connection of a user.
    async fn all_of(&self, scope: &TenantScope) -> Result<Vec<Connection>, ConnectionError> {
        let mut all = Vec::new();
        let mut page = PageRequest {
            after: None,
            limit: PageRequest::MAX,
        };
        loop {
            let found = self.list(scope, ConnectionFilter::default(), page).await?;
            all.extend(found.items);
            match found.next {
                Some(next) => page.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    fn plan(
        &self,
        caller: &Caller,
        (from, to): (&TenantScope, &TenantScope),
        credential: CredentialId,
        named: &[&Connection],
    ) -> Transfer {
        let now = self.now();
        let events = named.iter().flat_map(|connection| {
            [
                told(caller, connection, from, AuditKind::GivenAway, now),
                told(caller, connection, to, AuditKind::TakenOver, now),
            ]
        });
        Transfer {
            from: from.clone(),
            to: to.user.clone(),
            credential,
            connections: named.iter().map(|connection| connection.id).collect(),
            at: now,
            events: events.collect(),
        }
    }

    async fn give(&self, transfer: Transfer) -> Result<TransferResult, ConnectionError> {
        let end = self.ports.transfers.transfer(transfer).await?;
        Ok(match end {
            TransferEnd::Done => TransferResult::Done,
            TransferEnd::Duplicate { existing } => TransferResult::AlreadyConnected { existing },
            TransferEnd::Busy => TransferResult::Busy,
        })
    }
}

/// The event in the trail of one of the two owners.
fn told(
    caller: &Caller,
    connection: &Connection,
    owner: &TenantScope,
    kind: AuditKind,
    at: DateTime<Utc>,
) -> AuditEvent {
    let acting = &caller.scope.user;
    AuditEvent {
        scope: owner.clone(),
        actor: (*acting != owner.user).then(|| acting.clone()),
        ..event(caller, connection, kind, at)
    }
}
