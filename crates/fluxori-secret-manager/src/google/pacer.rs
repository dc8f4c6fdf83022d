use std::{
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Spreads calls so that no minute sees more of them than a quota allows.
///
/// A leaky bucket that gives out turns (GCRA): a tenth of the quota may go at once, the rest evenly. A caller learns at
/// once when its turn is, or that it comes too late to be waited for. That is why it is not `governor`, which only says
/// that now is too early and lets all who wait race for each turn.
#[derive(Debug)]
pub(crate) struct Pacer {
    interval: Duration,
    /// How far the calls may run ahead of the even pace.
    tolerance: Duration,
    /// When the next call would be due at the even pace.
    due: Mutex<Option<Instant>>,
}

impl Pacer {
    pub(crate) fn per_minute(quota: NonZeroU32) -> Self {
        let at_once = (quota.get() / 10).max(1);
        let evenly = (quota.get() - at_once).max(1);
        let interval = Duration::from_mins(1) / evenly;
        Self {
            interval,
            tolerance: interval * (at_once - 1),
            due: Mutex::new(None),
        }
    }

    /// Takes a turn and says when it is; takes none and says how long the wait would be when that is after `latest`.
    pub(crate) fn take_turn(&self, now: Instant, latest: Instant) -> Result<Instant, Duration> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let start = due.map_or(now, |due| due.max(now));
        let ahead = start.duration_since(now);
        let turn = now + ahead.saturating_sub(self.tolerance);
        if turn > latest {
            return Err(turn.duration_since(now));
        }
        *due = Some(start + self.interval);
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer(quota: u32) -> Pacer {
        Pacer::per_minute(NonZeroU32::new(quota).unwrap())
    }

    #[test]
    fn no_minute_sees_more_calls_than_the_quota() {
        for quota in [1, 2, 10, 600, 90_000] {
            let pacer = pacer(quota);
            let begin = Instant::now();
            let far = begin + Duration::from_secs(100_000);
            // Everybody comes at once and waits for ever.
            let turns: Vec<Instant> = (0..quota * 3)
                .map(|_| pacer.take_turn(begin, far).unwrap())
                .collect();
            let first_minute = begin + Duration::from_mins(1);
            let early = turns.iter().filter(|turn| **turn < first_minute).count();
            assert!(early <= quota as usize, "{early} of {quota}");
            assert!(
                quota < 10 || early * 10 >= quota as usize * 9,
                "{early} of {quota}"
            );
            assert!(turns.is_sorted());
        }
    }

    #[test]
    fn a_tenth_of_the_quota_goes_at_once() {
        let pacer = pacer(600);
        let now = Instant::now();
        for _ in 0..60 {
            assert_eq!(pacer.take_turn(now, now), Ok(now));
        }
        let wait = pacer.take_turn(now, now).unwrap_err();
        assert!(wait > Duration::ZERO && wait < Duration::from_secs(1));
    }

    #[test]
    fn who_cannot_wait_takes_no_turn_from_others() {
        let pacer = pacer(10);
        let now = Instant::now();
        assert_eq!(pacer.take_turn(now, now), Ok(now));
        for _ in 0..100 {
            assert!(pacer.take_turn(now, now + Duration::from_secs(1)).is_err());
        }
        let turn = pacer.take_turn(now, now + Duration::from_secs(10)).unwrap();
        assert!(turn <= now + Duration::from_secs(7));
    }

    #[test]
    fn quiet_times_are_not_saved_up() {
        let pacer = pacer(600);
        let begin = Instant::now();
        assert!(pacer.take_turn(begin, begin).is_ok());
        let later = begin + Duration::from_hours(1);
        let at_once = (0..600).filter(|_| pacer.take_turn(later, later).is_ok());
        assert_eq!(at_once.count(), 60);
    }
}
