use std::sync::Arc;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditEventId, AuditKind, Caller, Clock, Connection, Generation, OutcomeClass,
    ports::{AuditReader, ConnectionRepository, IdempotencyRepository, SecretStore},
};

use crate::{Marketplaces, ReadAudit};

/// What the use cases work with. Wired once, in `fluxori-credentials`.
#[derive(Clone)]
pub struct Ports {
    /// Connections and credentials.
    pub connections: Arc<dyn ConnectionRepository>,
    /// Keys that callers gave to their requests.
    pub idempotency: Arc<dyn IdempotencyRepository>,
    /// The audit trail, to be read.
    pub audit: Arc<dyn AuditReader>,
    /// The audit of credential reads, to be written.
    pub read_audit: ReadAudit,
    /// Where secrets are kept.
    pub secrets: Arc<dyn SecretStore>,
    /// The marketplaces.
    pub marketplaces: Marketplaces,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Everything that a caller may ask for. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    pub(crate) ports: Ports,
}

impl Connections {
    /// The use cases over these ports.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// The marketplaces that can be connected.
    #[must_use]
    pub const fn marketplaces(&self) -> &Marketplaces {
        &self.ports.marketplaces
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
        id: AuditEventId::make(at),
        scope: connection.scope.clone(),
        connection: connection.id,
        marketplace: connection.marketplace,
        kind,
        service: caller.service.clone(),
        purpose: None,
        generation: None,
        outcome: None,
        request_id: caller.request_id.clone(),
        at,
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
