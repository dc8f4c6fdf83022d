use std::time::Duration;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, AuditEvent, AuditEventId, AuditKind, Caller, Clocks, ConnectionId,
    CredentialDocument, Generation, LastSync, Marketplace, Purpose, SyncOutcome,
    ports::{Candidates, CredentialRead, Selector},
};

use crate::{ConnectionError, Connections, ReadError};

/// What an adapter asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRequest {
    /// Where.
    pub marketplace: Marketplace,
    /// Which connection.
    pub selector: Selector,
    /// What for.
    pub purpose: Option<Purpose>,
    /// How long the access token must be valid from now on.
    pub minimum_validity: Duration,
}

/// A credential in the clear, fit for use.
#[derive(Debug)]
pub struct LiveCredential {
    /// The connection.
    pub connection: ConnectionId,
    /// At which marketplace.
    pub marketplace: Marketplace,
    /// The pinned account.
    pub account_id: Option<AccountId>,
    /// What is known of the account.
    pub details: AccountDetails,
    /// Which change of the credential this is.
    pub generation: Generation,
    /// The secret.
    pub document: CredentialDocument,
    /// Until when the access token works; `None` for keys and tokens without an end.
    pub valid_until: Option<DateTime<Utc>>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

impl Connections {
    /// Hands out a credential, and leaves an audit event.
    ///
    /// # Errors
    /// [`ReadError`], by what has to happen next.
    pub async fn read_credential(
        &self,
        caller: &Caller,
        request: ReadRequest,
    ) -> Result<LiveCredential, ReadError> {
        let candidates = self
            .ports
            .connections
            .read_credential(&caller.scope, request.marketplace, &request.selector)
            .await?;
        let read = match candidates {
            Candidates::None => return Err(ReadError::NoSuchConnection),
            Candidates::Several => return Err(ReadError::Ambiguous),
            Candidates::One(read) => *read,
        };
        if read.status.needs_seller() {
            return Err(ReadError::NeedsSeller {
                connection: read.connection,
                status: read.status,
            });
        }
        let now = self.now();
        let document = self.open(&read.credential).await?;
        require_valid_token(&read, &document, now, request.minimum_validity)?;
        self.ports
            .read_audit
            .record(read_event(caller, &read, request.purpose, now))
            .await;
        Ok(LiveCredential {
            connection: read.connection,
            marketplace: read.credential.marketplace,
            account_id: read.account_id,
            details: read.details,
            generation: read.credential.generation,
            valid_until: read.credential.clocks.access_expires_at,
            document,
            read_at: now,
        })
    }

    /// Takes note that the marketplace refused a credential: tests the connection, so that its status tells the truth.
    ///
    /// Ignored when the credential has been replaced, or tested, since it was read.
    ///
    /// # Errors
    /// Those of [`Connections::test`].
    pub async fn report_rejected(
        &self,
        caller: &Caller,
        connection: ConnectionId,
        generation: Generation,
        read_at: DateTime<Utc>,
    ) -> Result<(), ConnectionError> {
        let (found, credential) = self.find_with_credential(&caller.scope, connection).await?;
        let tested_since = found.last_check.is_some_and(|check| check.at > read_at);
        if credential.generation != generation || tested_since {
            return Ok(());
        }
        self.test(caller, connection).await.map(|_| ())
    }

    /// Takes note of the end of a synchronisation, for the seller's page.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::Storage`].
    pub async fn record_sync(
        &self,
        caller: &Caller,
        connection: ConnectionId,
        marketplace: Marketplace,
        outcome: SyncOutcome,
    ) -> Result<(), ConnectionError> {
        let now = self.now();
        let event = AuditEvent {
            id: AuditEventId::make(now),
            scope: caller.scope.clone(),
            connection,
            marketplace,
            kind: AuditKind::Synced,
            service: caller.service.clone(),
            purpose: None,
            generation: None,
            outcome: None,
            request_id: caller.request_id.clone(),
            at: now,
        };
        let sync = LastSync { at: now, outcome };
        let found = self
            .ports
            .connections
            .record_sync(&caller.scope, connection, sync, event)
            .await?;
        if found {
            Ok(())
        } else {
            Err(ConnectionError::NotFound)
        }
    }
}

/// Static keys and tokens without an end are always valid; an access token must live long enough.
fn require_valid_token(
    read: &CredentialRead,
    document: &CredentialDocument,
    now: DateTime<Utc>,
    minimum_validity: Duration,
) -> Result<(), ReadError> {
    let Clocks {
        access_expires_at: expires_at,
        ..
    } = read.credential.clocks;
    let present = match document {
        CredentialDocument::ApiKey { .. } => true,
        CredentialDocument::Tokens { access_token, .. } => access_token.is_some(),
    };
    let lives = expires_at.is_none_or(|end| end - now >= minimum_validity_delta(minimum_validity));
    if present && lives {
        Ok(())
    } else {
        Err(ReadError::NoValidToken {
            connection: read.connection,
            expires_at,
        })
    }
}

fn minimum_validity_delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}

fn read_event(
    caller: &Caller,
    read: &CredentialRead,
    purpose: Option<Purpose>,
    now: DateTime<Utc>,
) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::make(now),
        scope: caller.scope.clone(),
        connection: read.connection,
        marketplace: read.credential.marketplace,
        kind: AuditKind::CredentialRead,
        service: caller.service.clone(),
        purpose,
        generation: Some(read.credential.generation),
        outcome: None,
        request_id: caller.request_id.clone(),
        at: now,
    }
}
