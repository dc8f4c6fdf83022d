//! How long things take and how long to wait.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Outcome, ports::RefreshLease};
use ring::rand::{SecureRandom, SystemRandom};

/// What an installation may want to be different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub(super) lease: Duration,
    pub(super) answer_within: Duration,
}

impl Pace {
    /// The same with this right to refresh a credential. It lasts for a minute unless something else is said: two token
    /// calls of 20 s, with the present and the previous application secret, and time to store what they bought. When a
    /// process dies, others wait for so long.
    ///
    /// `None` when it is longer than [`RefreshLease::LONGEST`]: such a lease would not count, and two processes might
    /// spend one token.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Option<Self> {
        (lease <= RefreshLease::LONGEST).then_some(Self { lease, ..self })
    }

    /// The same with this time after which a test or a disconnection is answered although new tokens are not there yet. Half
    /// a minute unless something else is said: a call for tokens takes 20 s at most, so whoever waits for longer mostly
    /// waits for the lease of a process that has died.
    #[must_use]
    pub const fn with_answers_within(self, answer_within: Duration) -> Self {
        Self {
            answer_within,
            ..self
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            answer_within: Duration::from_secs(30),
        }
    }
}

/// The end of the lease is not used up: a statement may be under way.
pub(super) const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// How often a waiter looks whether the holder of the lease is done, while it usually takes no longer.
const LOOK: Duration = Duration::from_millis(25);

/// How many times it looks so often: for about a second. A holder that takes longer has died, or waits for a marketplace
/// that hangs, and others wait too: the database is asked less and less.
const QUICK_LOOKS: u32 = 40;

/// The longest pause between two looks.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// The pause before the next look, after so many. The later ones differ, so that those who wait do not look all at once.
pub(super) fn look(looks: u32) -> Duration {
    let doublings = looks.saturating_sub(QUICK_LOOKS).min(5);
    let pause = LOOK.saturating_mul(1 << doublings).min(LONGEST_LOOK);
    if doublings == 0 {
        return pause;
    }
    let half = TimeDelta::from_std(pause / 2).unwrap_or_default();
    pause / 2 + jitter(half).to_std().unwrap_or_default()
}

/// How long a waiter looks before it gives up: longer than any lease.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

/// The first pause between attempts to store what was bought. It doubles, up to the longest.
pub(super) const STORE_AGAIN: Duration = Duration::from_millis(200);
pub(super) const STORE_AGAIN_LATER: Duration = Duration::from_secs(3);

/// How long refreshing an application's tokens rests after the marketplace refused the application.
pub(super) const INCIDENT: TimeDelta = TimeDelta::minutes(1);

/// How long a definite refusal that may be lifted without us, such as a suspended account, is taken for true.
pub(super) const REFUSED: TimeDelta = TimeDelta::minutes(15);

/// The longest pause after failures. Xero takes a spent token again for 30 minutes: this leaves several attempts.
const LONGEST: TimeDelta = TimeDelta::minutes(5);

/// When to try again after the failure before which there were `failures`: 1, 2, 4, 8 … seconds, and up to half as much
/// again, so that those who failed together do not come back together. Later if the marketplace says so.
pub(super) fn retry_at(outcome: Outcome, failures: u32, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = 1_i64.checked_shl(failures.min(16)).unwrap_or(i64::MAX);
    let pause = TimeDelta::seconds(seconds).min(LONGEST);
    let ours = now + pause + jitter(pause / 2);
    outcome.retry_at.map_or(ours, |theirs| theirs.max(ours))
}

/// Between nothing and `most`.
pub(super) fn jitter(most: TimeDelta) -> TimeDelta {
    let mut bytes = [0; 2];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        return most;
    }
    let thousandths = i32::from(u16::from_be_bytes(bytes)) * 1_000 / i32::from(u16::MAX);
    most * thousandths / 1_000
}

#[cfg(test)]
mod tests {
    use fluxori_domain::OutcomeClass;

    use super::*;

    #[test]
    fn a_lease_that_would_not_count_cannot_be_asked_for() {
        let pace = Pace::default();
        assert!(pace.lease <= RefreshLease::LONGEST);
        for lease in [Duration::ZERO, RefreshLease::LONGEST] {
            assert_eq!(pace.with_lease(lease), Some(Pace { lease, ..pace }));
        }
        let longer = RefreshLease::LONGEST + Duration::from_nanos(1);
        assert_eq!(pace.with_lease(longer), None);
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_differ() {
        let now = DateTime::UNIX_EPOCH;
        let outcome = Outcome::from(OutcomeClass::Transient);
        for (failures, seconds) in [(0, 1), (1, 2), (5, 32), (9, 300), (u32::MAX, 300)] {
            let pause = retry_at(outcome, failures, now) - now;
            assert!(pause >= TimeDelta::seconds(seconds), "{failures}: {pause}");
            assert!(
                pause <= TimeDelta::seconds(seconds) * 3 / 2,
                "{failures}: {pause}"
            );
        }
        let pauses: std::collections::HashSet<_> =
            (0..20).map(|_| retry_at(outcome, 9, now)).collect();
        assert!(pauses.len() > 1);
    }

    #[test]
    fn a_waiter_looks_less_and_less_often() {
        assert_eq!(look(0), LOOK);
        assert_eq!(look(QUICK_LOOKS), LOOK);
        for looks in [QUICK_LOOKS + 5, 1_000, u32::MAX] {
            let pause = look(looks);
            assert!(
                pause >= LONGEST_LOOK / 2 && pause <= LONGEST_LOOK,
                "{pause:?}"
            );
        }
    }

    #[test]
    fn a_marketplace_may_ask_for_more_time_but_not_for_less() {
        let now = DateTime::UNIX_EPOCH;
        let later = now + TimeDelta::hours(1);
        assert_eq!(retry_at(Outcome::throttled(later), 0, now), later);
        assert!(retry_at(Outcome::throttled(now), 0, now) > now);
    }
}
