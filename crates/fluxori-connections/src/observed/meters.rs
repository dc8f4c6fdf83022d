use fluxori_domain::{
    Marketplace, OutcomeClass,
    telemetry::{
        APPLICATION_INCIDENT, CREDENTIAL_READS, READ_OUTCOMES, REFRESH_LEASES, REFRESH_LEASES_HELD,
        REFRESHES,
    },
};
use metrics::{Counter, Gauge, counter, gauge};

use super::{EachMarketplace, each_marketplace};
use crate::{ReadError, refresh::RefreshFailure};

/// Counters of the use cases, looked up once: counting costs one addition, and nothing without a recorder.
pub(crate) struct Meters {
    reads: EachMarketplace<[Counter; READ_OUTCOMES.len()]>,
    refreshes: EachMarketplace<[Counter; OutcomeClass::ALL.len()]>,
    refreshes_failed: EachMarketplace<Counter>,
    refreshes_gone: EachMarketplace<Counter>,
    leases: EachMarketplace<[Counter; LeaseEvent::ALL.len()]>,
    held: Gauge,
    incidents: EachMarketplace<Gauge>,
}

/// What may happen to a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeaseEvent {
    Taken,
    Contended,
    Lost,
}

impl LeaseEvent {
    const ALL: [Self; 3] = [Self::Taken, Self::Contended, Self::Lost];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Contended => "contended",
            Self::Lost => "lost",
        }
    }
}

/// Counts as a lease that is held until it is dropped.
pub(crate) struct HeldLease(Gauge);

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl Default for Meters {
    fn default() -> Self {
        let refreshes = |at: Marketplace, class: &'static str| counter!(REFRESHES, "marketplace" => at.as_str(), "class" => class);
        let meters = Self {
            reads: each_marketplace(|at| {
                std::array::from_fn(
                    |index| counter!(CREDENTIAL_READS, "marketplace" => at.as_str(), "outcome" => READ_OUTCOMES[index]),
                )
            }),
            refreshes: each_marketplace(|at| {
                std::array::from_fn(|index| refreshes(at, OutcomeClass::ALL[index].as_str()))
            }),
            refreshes_failed: each_marketplace(|at| refreshes(at, "internal")),
            refreshes_gone: each_marketplace(|at| refreshes(at, "gone")),
            leases: each_marketplace(|at| {
                LeaseEvent::ALL.map(|event| {
                    counter!(REFRESH_LEASES, "marketplace" => at.as_str(), "event" => event.as_str())
                })
            }),
            held: gauge!(REFRESH_LEASES_HELD),
            incidents: each_marketplace(
                |at| gauge!(APPLICATION_INCIDENT, "marketplace" => at.as_str()),
            ),
        };
        meters.held.increment(0.0);
        for incident in &meters.incidents {
            incident.set(0.0);
        }
        meters
    }
}

impl Meters {
    /// A credential was asked for.
    pub(crate) fn read<T>(&self, at: Marketplace, result: &Result<T, ReadError>) {
        let outcome = match result {
            Ok(_) => 0,
            Err(ReadError::NoSuchConnection) => 1,
            Err(ReadError::Ambiguous) => 2,
            Err(ReadError::NeedsSeller { .. }) => 3,
            Err(ReadError::NoValidToken { .. }) => 4,
            Err(ReadError::Refused { .. }) => 5,
            Err(ReadError::Waiting { .. }) => 6,
            Err(ReadError::Unavailable { .. }) => 7,
            Err(ReadError::Misconfigured { .. }) => 8,
        };
        self.reads[at as usize][outcome].increment(1);
    }

    /// A grant was to be spent.
    pub(crate) fn refreshed(&self, at: Marketplace, result: &Result<(), RefreshFailure>) {
        let at = at as usize;
        let of_class = |class: OutcomeClass| &self.refreshes[at][class as usize];
        let counter = match result {
            Ok(()) => of_class(OutcomeClass::Ok),
            Err(RefreshFailure::Refused { class, .. } | RefreshFailure::Later { class, .. }) => {
                of_class(*class)
            }
            Err(RefreshFailure::Incident { .. }) => of_class(OutcomeClass::AppConfig),
            Err(RefreshFailure::Gone) => &self.refreshes_gone[at],
            Err(RefreshFailure::Internal(_)) => &self.refreshes_failed[at],
        };
        counter.increment(1);
    }

    /// Something happened to a lease.
    pub(crate) fn lease(&self, at: Marketplace, event: LeaseEvent) {
        self.leases[at as usize][event as usize].increment(1);
    }

    /// A lease was taken, and is held for as long as the value lives.
    pub(crate) fn hold(&self, at: Marketplace) -> HeldLease {
        self.lease(at, LeaseEvent::Taken);
        self.held.increment(1.0);
        HeldLease(self.held.clone())
    }

    /// Whether the marketplace refuses our application.
    pub(crate) fn incident(&self, at: Marketplace, is_one: bool) {
        self.incidents[at as usize].set(if is_one { 1.0 } else { 0.0 });
    }
}
