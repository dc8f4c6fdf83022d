//! When each server acknowledged a change again.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What all sellers tell, from one moment on.
pub(crate) struct Acknowledged(Mutex<Since>);

struct Since {
    began: Instant,
    /// Of each server, when it acknowledged the first change that was asked for since.
    first: Vec<Option<Duration>>,
}

impl Acknowledged {
    pub(crate) fn by(servers: usize) -> Self {
        Self(Mutex::new(Since {
            began: Instant::now(),
            first: vec![None; servers],
        }))
    }

    /// Begins anew at this moment.
    pub(crate) fn forget(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.began = Instant::now();
        since.first.fill(None);
    }

    /// A change that was asked for at this moment was acknowledged now.
    pub(crate) fn note(&self, server: usize, asked: Instant) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = since.began.elapsed();
        if asked >= since.began {
            since.first[server].get_or_insert(after);
        }
    }

    /// How long it took until each server had acknowledged one, if all have.
    pub(crate) fn by_all(&self) -> Option<Duration> {
        let since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Option<Vec<Duration>> = since.first.iter().copied().collect();
        all?.into_iter().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_has_to_acknowledge_what_was_asked_for_since() {
        let early = Instant::now();
        let acknowledged = Acknowledged::by(2);
        acknowledged.note(0, early);
        acknowledged.note(1, Instant::now());
        assert_eq!(acknowledged.by_all(), None);
        acknowledged.note(0, Instant::now());
        assert!(acknowledged.by_all().is_some());
        acknowledged.forget();
        assert_eq!(acknowledged.by_all(), None);
    }
}
