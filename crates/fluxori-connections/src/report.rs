use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, Caller, ConnectionId, CredentialId, Generation, LastSync,
    Marketplace, SyncOutcome,
};

use crate::{ConnectionError, Connections};

impl Connections {
    /// Takes note that the marketplace refused a credential. Tokens that can be renewed are, at most once a generation; then
    /// the connection is tested, so that its status tells the truth.
    ///
    /// Ignored when the credential has been replaced, renewed or tested since it was read.
    ///
    /// # Errors
    /// Those of [`Connections::test`].
    #[tracing::instrument(name = "connections.report_rejected", skip_all)]
    pub async fn report_rejected(
        &self,
        caller: &Caller,
        connection: ConnectionId,
        rejected: (CredentialId, Generation),
        read_at: DateTime<Utc>,
    ) -> Result<(), ConnectionError> {
        let (found, credential) = self.find_with_credential(&caller.scope, connection).await?;
        let tested_since = found.last_check.is_some_and(|check| check.at > read_at);
        if (credential.id, credential.generation) != rejected || tested_since {
            return Ok(());
        }
        self.test_anew(caller, connection, true).await.map(|_| ())
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
            actor: caller.actor.clone(),
            request_id: caller.request_id.clone(),
            ..AuditEvent::new(
                AuditKind::Synced,
                AuditSubject {
                    scope: &caller.scope,
                    connection,
                    marketplace,
                },
                &caller.service,
                now,
            )
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
