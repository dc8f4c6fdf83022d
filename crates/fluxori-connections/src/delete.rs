use fluxori_domain::{
    AuditEvent, AuditEventId, AuditKind, Caller, ConnectionId, Marketplace, ServiceName,
    ports::Tombstone,
};

use crate::{ConnectionError, Connections};

/// How many deletions one pass finishes before it looks again.
const BATCH: u16 = 100;

/// A connection that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// At which marketplace it was.
    pub marketplace: Marketplace,
    /// What the seller does at the marketplace now.
    pub help: &'static str,
}

impl Connections {
    /// Deletes a connection: invisible at once, then its secret is destroyed, then the row goes.
    ///
    /// A failure after the first step is not the caller's: [`Connections::finish_deletions`] goes on from there.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::Changed`] when the caller saw another version.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: ConnectionId,
        expected_version: Option<i64>,
    ) -> Result<Deleted, ConnectionError> {
        let connection = self.find(&caller.scope, id).await?;
        let now = self.now();
        let event = crate::service::event(caller, &connection, AuditKind::Deleted, now);
        let buried = self
            .ports
            .connections
            .bury(&caller.scope, id, expected_version, event)
            .await;
        let tombstone = match buried {
            Err(fluxori_domain::ports::StorageError::Conflict) if expected_version.is_none() => {
                return Err(ConnectionError::NotFound);
            }
            result => result?,
        };
        if let Err(error) = self.finish(&tombstone, &caller.service).await {
            tracing::warn!(connection = %id, %error, "deletion will be finished later");
        }
        let client = self.ports.marketplaces.client(connection.marketplace)?;
        Ok(Deleted {
            marketplace: connection.marketplace,
            help: client.descriptor().disconnect_help,
        })
    }

    /// Maintenance, all tenants: finishes deletions that a crash or an outage interrupted. Returns how many.
    ///
    /// # Errors
    /// The first failure; what was finished before it stays finished.
    pub async fn finish_deletions(&self, service: &ServiceName) -> Result<usize, ConnectionError> {
        let mut finished = 0;
        loop {
            let tombstones = self.ports.connections.tombstones(BATCH).await?;
            for tombstone in &tombstones {
                self.finish(tombstone, service).await?;
                finished += 1;
            }
            if tombstones.len() < usize::from(BATCH) {
                return Ok(finished);
            }
        }
    }

    async fn finish(
        &self,
        tombstone: &Tombstone,
        service: &ServiceName,
    ) -> Result<(), ConnectionError> {
        if let Some(credential) = &tombstone.credential {
            let context = credential.secret_context();
            self.ports
                .secrets
                .destroy(&context, &credential.secret)
                .await?;
        }
        let now = self.now();
        let event = AuditEvent {
            id: AuditEventId::make(now),
            scope: tombstone.scope.clone(),
            connection: tombstone.connection,
            marketplace: tombstone.marketplace,
            kind: AuditKind::SecretDestroyed,
            service: service.clone(),
            purpose: None,
            generation: tombstone
                .credential
                .as_ref()
                .map(|credential| credential.generation),
            outcome: None,
            request_id: None,
            at: now,
        };
        Ok(self.ports.connections.remove(tombstone, event).await?)
    }
}
