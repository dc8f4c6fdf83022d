use std::time::Duration;

use chrono::TimeDelta;
use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, Caller, Marketplace, ServiceName, ports::RefreshDue,
    telemetry::events,
};
use futures_util::{StreamExt as _, stream};
use uuid::Uuid;

use crate::{
    ConnectionError, Connections,
    refresh::{Refresh, RefreshFailure},
    webhook,
};

/// The name of the work in the database.
const WORK: &str = "housekeeping";

/// How many credentials or connections one round looks at, of each kind.
const BATCH: u16 = 200;

/// How many marketplaces' answers are waited for at once.
const AT_ONCE: usize = 8;

/// How long a connection goes untested: adapters and sellers should not be the first to notice.
const TEST_EVERY: TimeDelta = TimeDelta::hours(24);

/// What a round of housekeeping did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Housekeeping {
    /// Interrupted deletions that were finished.
    pub deletions: usize,
    /// Secrets outside the database that no row held any more, destroyed.
    pub secrets: usize,
    /// Idempotency keys that were forgotten.
    pub idempotency_keys: u64,
    /// Consents that nobody came back from.
    pub flows: u64,
    /// Refreshes whose answer had been lost, finished.
    pub refreshes: usize,
    /// Refresh tokens that were used so that they do not die.
    pub kept_alive: usize,
    /// Deliveries of marketplaces that were forgotten.
    pub deliveries: u64,
    /// Connections that were tested because nobody had for long.
    pub tested: usize,
}

impl Connections {
    /// Maintenance, all tenants: finishes what was interrupted, forgets what has expired, keeps alive what would die, tests
    /// what nobody has tested. May be called at any time in any number of processes: one at a time does it, the others get
    /// `None`. `owner` is the process, `lease_for` longer than the pause between two rounds.
    ///
    /// # Errors
    /// The first failure of the database; what was done before it stays done.
    #[tracing::instrument(name = "connections.housekeeping", skip_all)]
    pub async fn housekeeping(
        &self,
        service: &ServiceName,
        owner: Uuid,
        lease_for: Duration,
    ) -> Result<Option<Housekeeping>, ConnectionError> {
        if !self.ports.work.claim(WORK, owner, lease_for).await? {
            return Ok(None);
        }
        let now = self.now();
        let done = Housekeeping {
            refreshes: self.finish_refreshes(service).await?,
            kept_alive: self.keep_alive(service).await?,
            deletions: self.finish_deletions(service).await?,
            secrets: self.sweep_all().await?,
            idempotency_keys: self.ports.idempotency.purge(now).await?,
            flows: self.ports.flows.purge(now).await?,
            deliveries: self
                .ports
                .webhooks
                .forget(now - webhook::REMEMBERED_FOR)
                .await?,
            tested: self.test_untested(service).await?,
        };
        Ok(Some(done))
    }

    async fn sweep_all(&self) -> Result<usize, ConnectionError> {
        self.forget_orphans().await;
        Ok(self.sweep().await?.settled)
    }

    /// Finishes refreshes whose outcome nobody knows, while the marketplace still takes the old token. Returns how many.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are.
    pub async fn finish_refreshes(&self, service: &ServiceName) -> Result<usize, ConnectionError> {
        let now = self.now();
        let mut finished = 0;
        // Each marketplace by itself: those that wait for one that is down hide nobody else's, whose grace may be short.
        for marketplace in Marketplace::ALL {
            let refreshes = &self.ports.refreshes;
            let due = refreshes.interrupted(*marketplace, now, BATCH).await?;
            finished += self.refresh_all(service, due).await;
        }
        Ok(finished)
    }

    /// Uses refresh tokens that would die unused. Returns how many.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are.
    pub async fn keep_alive(&self, service: &ServiceName) -> Result<usize, ConnectionError> {
        let now = self.now();
        let mut kept = 0;
        for marketplace in Marketplace::ALL {
            let Ok(client) = self.ports.marketplaces.client(*marketplace) else {
                continue;
            };
            let Some(before) = client.keep_alive_before() else {
                continue;
            };
            let before = now + TimeDelta::from_std(before).unwrap_or(TimeDelta::MAX);
            let refreshes = &self.ports.refreshes;
            let due = refreshes.idle(*marketplace, before, now, BATCH).await?;
            kept += self.refresh_all(service, due).await;
        }
        Ok(kept)
    }

    /// Tests connections that nobody has tested for a day. Returns how many.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] when the database does not say which ones there are.
    pub async fn test_untested(&self, service: &ServiceName) -> Result<usize, ConnectionError> {
        let before = self.now() - TEST_EVERY;
        let due = self.ports.connections.untested(before, BATCH).await?;
        let tested = stream::iter(due).map(|(scope, id)| async move {
            let caller = Caller {
                scope,
                actor: None,
                service: service.clone(),
                request_id: None,
            };
            match self.test(&caller, id).await {
                Ok(_) => 1,
                Err(error) => {
                    tracing::warn!(
                        event = events::CONNECTION_TEST_FAILED,
                        connection = %id,
                        %error,
                        "a connection could not be tested"
                    );
                    0
                }
            }
        });
        Ok(tested
            .buffer_unordered(AT_ONCE)
            .fold(0, async |sum, one| sum + one)
            .await)
    }

    async fn refresh_all(&self, service: &ServiceName, due: Vec<RefreshDue>) -> usize {
        stream::iter(due)
            .map(|due| async move {
                match self.refresh_due(service, &due).await {
                    Ok(()) => 1,
                    Err(failure) => {
                        tracing::info!(
                            event = events::REFRESH_POSTPONED,
                            credential = %due.credential,
                            %failure,
                            "not refreshed in the background"
                        );
                        0
                    }
                }
            })
            .buffer_unordered(AT_ONCE)
            .fold(0, async |sum, one| sum + one)
            .await
    }

    async fn refresh_due(
        &self,
        service: &ServiceName,
        due: &RefreshDue,
    ) -> Result<(), RefreshFailure> {
        let found = self
            .ports
            .connections
            .find_with_credential(&due.scope, due.connection)
            .await?;
        let Some((connection, credential)) = found else {
            return Err(RefreshFailure::Gone);
        };
        let now = self.now();
        let event = AuditEvent::new(
            AuditKind::CredentialRefreshed,
            AuditSubject {
                scope: &due.scope,
                connection: due.connection,
                marketplace: due.marketplace,
            },
            service,
            now,
        );
        self.refresh(Refresh {
            credential,
            details: connection.details,
            event,
            ignore_cool_down: false,
        })
        .await
    }
}
