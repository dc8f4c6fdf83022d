//! A clock that a test sets.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::Clock;

/// Stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// Stands at `now`, given as seconds since 1970.
    ///
    /// # Panics
    /// When the number is no time.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(Mutex::new(
            DateTime::from_timestamp(seconds, 0).expect("a time after 1970"),
        ))
    }

    /// Moves on, or back.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for ManualClock {
    /// Noon of 23 November 2026, UTC.
    fn default() -> Self {
        Self::at(1_795_435_200)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
