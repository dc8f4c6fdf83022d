use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use fluxori_domain::Clock;

use super::{
    codes::Codes,
    faults::{Fault, Place},
    routes::Call,
    signing::Keys,
};

/// What all workers share. The lock is not held while anything waits.
pub(super) struct State {
    issuer: String,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) codes: Codes,
    pub(super) keys: Keys,
    pub(super) faults: Vec<Fault>,
    pub(super) counts: HashMap<Call, usize>,
}

impl State {
    pub(super) fn new(issuer: String, clock: Arc<dyn Clock>) -> Self {
        Self {
            issuer,
            clock,
            inner: Mutex::new(Inner {
                codes: Codes::default(),
                keys: Keys::make(),
                faults: Vec::new(),
                counts: HashMap::new(),
            }),
        }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes the fault that was ordered first for this place.
    pub(super) fn draw(&mut self, place: Place) -> Option<Fault> {
        let found = self.faults.iter().position(|one| one.place() == place)?;
        Some(self.faults.remove(found))
    }
}

/// Prints where it is.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
