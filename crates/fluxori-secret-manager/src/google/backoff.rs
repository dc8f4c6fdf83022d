use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use ring::rand::{SecureRandom, SystemRandom};

/// How long a call may take and how it is repeated.
#[derive(Debug, Clone)]
pub struct RetrySettings {
    /// For one call from beginning to end: waiting for a turn, the token, every attempt and every pause. Default 10 s.
    pub deadline: Duration,
    /// For one attempt of a call that may be repeated, so that a second one fits. Default 4 s. A call that may not be
    /// repeated gets whatever is left of the deadline.
    pub attempt_timeout: Duration,
    /// The longest pause after the first failure; doubled after each further one. Default 100 ms.
    pub first_pause: Duration,
    /// The longest pause of all, unless Google asks for a longer one. Default 2 s.
    pub longest_pause: Duration,
    /// How many failures in a row, over all calls of the client, use up half of its budget and so stop repetition until
    /// calls succeed again: nobody is helped by a fleet that repeats itself. Ten successes pay for one failure, as in
    /// gRPC's retry throttling (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md>). Default 50.
    pub failures_allowed: u16,
    /// Where pauses fall between nothing and the longest.
    pub jitter: Jitter,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(4),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(2),
            failures_allowed: 50,
            jitter: Jitter::random(),
        }
    }
}

impl RetrySettings {
    /// The pause after so many failures (1 is the first): anything up to a doubling bound ("full jitter"), and never less
    /// than Google asked for.
    pub(crate) fn pause(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let bound = self
            .first_pause
            .saturating_mul(1 << doublings)
            .min(self.longest_pause);
        self.jitter
            .up_to(bound)
            .saturating_add(asked.unwrap_or_default())
    }
}

/// Chooses durations between nothing and a bound.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Anything, evenly.
    #[must_use]
    pub fn random() -> Self {
        let source = SystemRandom::new();
        Self(Arc::new(move || {
            let mut bytes = [0; 4];
            // Without randomness everybody waits equally long, which is worse but not wrong.
            match source.fill(&mut bytes) {
                Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
                Err(_) => 1.0,
            }
        }))
    }

    /// Always the same part of the bound, from 0 to 1: for tests.
    #[must_use]
    pub fn fixed(part: f64) -> Self {
        let part = if part.is_nan() {
            0.0
        } else {
            part.clamp(0.0, 1.0)
        };
        Self(Arc::new(move || part))
    }

    fn up_to(&self, bound: Duration) -> Duration {
        bound.mul_f64((self.0)())
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}

/// What is left for repetition, over all calls of a client. Counts in tenths of a failure.
#[derive(Debug)]
pub(crate) struct Budget {
    full: u32,
    left: AtomicU32,
}

impl Budget {
    const FAILURE: u32 = 10;

    pub(crate) fn new(failures_allowed: u16) -> Self {
        let full = u32::from(failures_allowed) * 2 * Self::FAILURE;
        Self {
            full,
            left: AtomicU32::new(full),
        }
    }

    pub(crate) fn succeeded(&self) {
        let full = self.full;
        // Fails only by returning the value unchanged, when it is full already.
        let _unchanged = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left < full).then(|| left + 1)
            });
    }

    /// Takes note of a failure; whether it may be followed by another attempt.
    pub(crate) fn failed(&self) -> bool {
        let mut left = 0;
        let _always = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |before| {
                left = before.saturating_sub(Self::FAILURE);
                Some(left)
            });
        left >= self.full / 2 && self.full > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(part: f64) -> RetrySettings {
        RetrySettings {
            jitter: Jitter::fixed(part),
            ..RetrySettings::default()
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_fall_anywhere_below() {
        let millis = |part, failures| settings(part).pause(failures, None).as_millis();
        let longest: Vec<u128> = (1..=7).map(|failures| millis(1.0, failures)).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(millis(0.5, 3), 200);
        assert_eq!(millis(0.0, 3), 0);
        assert_eq!(millis(1.0, u32::MAX), 2000);
    }

    #[test]
    fn a_pause_is_never_shorter_than_google_asks() {
        let asked = Some(Duration::from_secs(7));
        assert_eq!(settings(0.0).pause(1, asked), Duration::from_secs(7));
        assert_eq!(settings(1.0).pause(1, asked), Duration::from_millis(7100));
    }

    #[test]
    fn random_pauses_differ_and_keep_to_the_bound() {
        let bound = Duration::from_secs(1);
        let pauses: Vec<Duration> = (0..50).map(|_| Jitter::random().up_to(bound)).collect();
        assert!(pauses.iter().all(|pause| *pause <= bound));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }

    #[test]
    fn failures_use_up_the_budget_and_successes_refill_it_slowly() {
        let budget = Budget::new(2);
        assert!(budget.failed());
        assert!(budget.failed());
        assert!(!budget.failed(), "the third in a row");
        for _ in 0..19 {
            budget.succeeded();
        }
        assert!(!budget.failed());
        for _ in 0..1000 {
            budget.succeeded();
        }
        assert!(budget.failed(), "full again, but not fuller");
        assert!(budget.failed());
        assert!(!budget.failed());
    }

    #[test]
    fn no_budget_is_no_repetition() {
        assert!(!Budget::new(0).failed());
    }
}
