use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, Caller, ConnectionId, Marketplace, ServiceName,
    ports::Tombstone, telemetry::events,
};
use tracing::Instrument as _;

use crate::{ConnectionError, Connections, Revocation};

/// How many deletions one pass finishes before it looks again.
const BATCH: u16 = 100;

/// A connection that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// At which marketplace it was.
    pub marketplace: Marketplace,
    /// What became of the account there.
    pub revocation: Revocation,
    /// What the seller does at the marketplace now.
    pub help: &'static str,
}

impl Connections {
    /// Deletes a connection: invisible at once, then, with `revoke`, cut off at the marketplace, then its row goes, and
    /// what was kept outside the database, which the ledger names until then, is destroyed.
    ///
    /// A failure after the first step is not the caller's: [`Connections::finish_deletions`] goes on from there.
    ///
    /// # Errors
    /// [`ConnectionError::NotFound`]; [`ConnectionError::Changed`] when the caller saw another version.
    #[tracing::instrument(name = "connections.delete", skip_all)]
    pub async fn delete(
        &self,
        caller: &Caller,
        id: ConnectionId,
        expected_version: Option<i64>,
        revoke: bool,
    ) -> Result<Deleted, ConnectionError> {
        let connection = self.find(&caller.scope, id).await?;
        let now = self.now();
        let event = crate::service::event(caller, &connection, AuditKind::Deleted, now);
        let buried = self
            .ports
            .connections
            .bury(&caller.scope, id, expected_version, revoke, event)
            .await;
        self.changed(&caller.scope);
        let tombstone = match buried {
            Err(fluxori_domain::ports::StorageError::Conflict) if expected_version.is_none() => {
                return Err(ConnectionError::NotFound);
            }
            result => result?,
        };
        // The caller may go away; what was begun at the marketplace is finished all the same.
        let (this, service) = (self.clone(), caller.service.clone());
        let finishing = async move {
            let finished = this.finish(&tombstone, &service).await;
            if let Err(error) = &finished {
                tracing::warn!(
                    event = events::DELETION_UNFINISHED,
                    connection = %id,
                    %error,
                    "deletion will be finished later"
                );
            }
            finished.ok()
        };
        let finishing = self.tasks.spawn(finishing.in_current_span());
        let pending = if revoke {
            Revocation::Pending
        } else {
            Revocation::NotAsked
        };
        let client = self.ports.marketplaces.client(connection.marketplace)?;
        Ok(Deleted {
            marketplace: connection.marketplace,
            revocation: finishing.await.ok().flatten().unwrap_or(pending),
            help: client.descriptor().disconnect_help,
        })
    }

    /// Maintenance, all tenants: finishes deletions that a crash, an outage or a troubled marketplace interrupted. Returns how
    /// many. One that cannot be finished yet holds up no other.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are.
    pub async fn finish_deletions(&self, service: &ServiceName) -> Result<usize, ConnectionError> {
        let mut finished = 0;
        loop {
            let tombstones = self.ports.connections.tombstones(BATCH).await?;
            let before = finished;
            for tombstone in &tombstones {
                match self.finish(tombstone, service).await {
                    Ok(Revocation::Pending) => {}
                    Ok(_) => finished += 1,
                    Err(error) => {
                        tracing::warn!(
                            event = events::DELETION_UNFINISHED,
                            connection = %tombstone.connection,
                            %error,
                            "a deletion is not finished yet"
                        );
                    }
                }
            }
            if tombstones.len() < usize::from(BATCH) || finished == before {
                return Ok(finished);
            }
        }
    }

    /// Maintenance, all tenants: destroys credentials that their last connection has left for a newer one.
    pub(crate) async fn forget_orphans(&self) {
        if let Err(error) = self.try_to_forget_orphans().await {
            tracing::warn!(
                event = events::SECRET_KEPT,
                %error,
                "abandoned secrets are not destroyed yet"
            );
        }
    }

    async fn try_to_forget_orphans(&self) -> Result<(), ConnectionError> {
        for orphan in self.ports.grants.orphans(BATCH).await? {
            let now = self.now();
            self.ports.grants.remove_orphan(&orphan, now).await?;
            self.sweep_credential(&orphan.scope, orphan.id).await;
        }
        Ok(())
    }

    async fn finish(
        &self,
        tombstone: &Tombstone,
        service: &ServiceName,
    ) -> Result<Revocation, ConnectionError> {
        let revocation = self.revoke(tombstone, service).await?;
        if revocation == Revocation::Pending {
            return Ok(revocation);
        }
        let now = self.now();
        let event = AuditEvent {
            generation: tombstone.is_last.then_some(tombstone.credential.generation),
            ..AuditEvent::new(
                AuditKind::SecretDestroyed,
                AuditSubject {
                    scope: &tombstone.scope,
                    connection: tombstone.connection,
                    marketplace: tombstone.marketplace,
                },
                service,
                now,
            )
        };
        self.ports.connections.remove(tombstone, event).await?;
        self.sweep_credential(&tombstone.scope, tombstone.credential.id)
            .await;
        Ok(revocation)
    }
}
