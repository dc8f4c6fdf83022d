use std::sync::Arc;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditKind, AuditSubject, Caller, Clock, Connection, Generation, OutcomeClass,
    TenantScope,
    ports::{
        AuditReader, ChangeFeed, ConnectionRepository, FlowRepository, GrantRepository,
        IdempotencyRepository, RefreshRepository, SecretLedger, SecretMoves, TransferRepository,
        WebhookRepository, WorkRepository,
    },
};
use tokio_util::task::TaskTracker;

use crate::{
    ConsentSettings, Marketplaces, ReadAudit, SecretStores,
    cache::CredentialCache,
    observed::Meters,
    refresh::{Flights, Incidents, Pace},
};

/// What the use cases work with. Wired once, in `fluxori-credentials`.
#[derive(Clone)]
pub struct Ports {
    /// Connections and credentials.
    pub connections: Arc<dyn ConnectionRepository>,
    /// Connections that change hands.
    pub transfers: Arc<dyn TransferRepository>,
    /// Leases and intents of refreshing.
    pub refreshes: Arc<dyn RefreshRepository>,
    /// Sellers who are away at a consent page.
    pub flows: Arc<dyn FlowRepository>,
    /// Credentials that come from consents.
    pub grants: Arc<dyn GrantRepository>,
    /// What marketplaces pushed to us.
    pub webhooks: Arc<dyn WebhookRepository>,
    /// Who does the background work.
    pub work: Arc<dyn WorkRepository>,
    /// Keys that callers gave to their requests.
    pub idempotency: Arc<dyn IdempotencyRepository>,
    /// The audit trail, to be read.
    pub audit: Arc<dyn AuditReader>,
    /// The audit of credential reads, to be written.
    pub read_audit: ReadAudit,
    /// Where secrets are kept.
    pub secrets: SecretStores,
    /// What is kept outside the database.
    pub ledger: Arc<dyn SecretLedger>,
    /// Secrets on their way from one store to another.
    pub moves: Arc<dyn SecretMoves>,
    /// The marketplaces.
    pub marketplaces: Marketplaces,
    /// Where consents come back to.
    pub consents: Arc<ConsentSettings>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Everything that a caller may ask for. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    pub(crate) ports: Ports,
    pub(crate) flights: Flights,
    pub(crate) incidents: Arc<Incidents>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) pace: Pace,
    pub(crate) cache: Option<Arc<CredentialCache>>,
    /// What must not be cut off half-way, though its caller has gone.
    pub(crate) tasks: TaskTracker,
}

impl Connections {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            flights: Flights::default(),
            incidents: Arc::default(),
            meters: Arc::default(),
            pace: Pace::default(),
            cache: None,
            tasks: TaskTracker::new(),
        }
    }

    /// The same with another pace.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same, keeping opened credentials in memory for as long as the feed vouches that nobody has changed them.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn with_cache(mut self, feed: Arc<dyn ChangeFeed>) -> Self {
        self.cache = Some(CredentialCache::start(feed, Arc::clone(&self.ports.clock)));
        self
    }

    /// Waits for everything that must not be cut off: refreshes and consents whose tokens are not stored yet.
    pub async fn drain(&self) {
        self.flights.drain().await;
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    /// How many audit events of reads are not written yet, and whether their writer does not get on.
    #[must_use]
    pub fn audit_backlog(&self) -> (usize, bool) {
        self.ports.read_audit.backlog()
    }

    /// The marketplaces that can be connected.
    #[must_use]
    pub const fn marketplaces(&self) -> &Marketplaces {
        &self.ports.marketplaces
    }

    /// Something of the tenant's was changed here, perhaps: what is kept of it in memory is not to be used any more.
    pub(crate) fn changed(&self, scope: &TenantScope) {
        if let Some(cache) = &self.cache {
            cache.changed(scope);
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }
}

/// An event about a connection, now.
pub(crate) fn event(
    caller: &Caller,
    connection: &Connection,
    kind: AuditKind,
    at: DateTime<Utc>,
) -> AuditEvent {
    AuditEvent {
        actor: caller.actor.clone(),
        request_id: caller.request_id.clone(),
        ..AuditEvent::new(
            kind,
            AuditSubject {
                scope: &connection.scope,
                connection: connection.id,
                marketplace: connection.marketplace,
            },
            &caller.service,
            at,
        )
    }
}

/// The same event with what happened to the secret.
pub(crate) fn with_secret(
    event: AuditEvent,
    generation: Generation,
    outcome: Option<OutcomeClass>,
) -> AuditEvent {
    AuditEvent {
        generation: Some(generation),
        outcome,
        ..event
    }
}
