use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::{Handle, RuntimeMetrics},
    time::Instant,
};

/// The threads that answer requests, each with a runtime of its own.
#[derive(Default)]
pub(super) struct Workers(Mutex<Vec<(tokio::runtime::Id, RuntimeMetrics)>>);

/// When workers were last looked at, and how long they had been busy until then, all together.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    at: Instant,
    busy: Duration,
}

impl Seen {
    pub(super) const fn at(&self) -> Instant {
        self.at
    }
}

impl Workers {
    /// The present thread is one of them. May be said more than once.
    pub(super) fn begin_here(&self) {
        let here = Handle::current();
        let mut workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if workers.iter().all(|(known, _)| *known != here.id()) {
            workers.push((here.id(), here.metrics()));
        }
    }

    /// Looks at them.
    pub(super) fn look(&self, now: Instant) -> Seen {
        let workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = workers
            .iter()
            .map(|(_, metrics)| metrics.worker_total_busy_duration(0));
        Seen {
            at: now,
            busy: busy.sum(),
        }
    }

    /// In which part of the time between two looks they had something to do; waiting for a processor counts too. From 0 to 1.
    pub(super) fn busy(&self, before: Seen, now: Seen) -> f64 {
        let workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = u32::try_from(workers.len().max(1)).unwrap_or(u32::MAX);
        let time = now.at.saturating_duration_since(before.at) * count;
        now.busy
            .saturating_sub(before.busy)
            .div_duration_f64(time)
            .clamp(0.0, 1.0)
    }
}
