use std::{
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// How often a second something is done, if the pace allows that much.
const STEPS_PER_SECOND: u32 = 100;

/// Lets so many things a second pass, however many tasks they come from.
pub(super) struct Throttle {
    per_second: Option<NonZeroU32>,
    /// When the next one may pass.
    next: Mutex<Instant>,
}

impl Throttle {
    /// Without a number, all pass.
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits until it is the turn of `count` things.
    pub(super) async fn pass(&self, count: usize) {
        if let Some(turn) = self.turn(count, Instant::now()) {
            sleep_until(turn).await;
        }
    }

    /// When it is their turn, and takes it; `None` when nobody waits.
    fn turn(&self, count: usize, now: Instant) -> Option<Instant> {
        let per_second = self.per_second?;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let takes = Duration::from_secs(1) * count / per_second.get();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + takes;
        Some(turn)
    }

    /// How many things to do at a time, `most` at most: a pace is kept by many small steps, which nobody notices, and not
    /// by long pauses between large ones.
    pub(super) fn step(&self, most: u16) -> u16 {
        let Some(per_second) = self.per_second else {
            return most;
        };
        let step = (per_second.get() / STEPS_PER_SECOND).max(1);
        u16::try_from(step).map_or(most, |step| step.min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_kept_whoever_asks_and_a_pause_is_not_made_up_for() {
        let throttle = Throttle::new(NonZeroU32::new(100));
        let begun = Instant::now() + Duration::from_secs(1);
        for halves in 0..20 {
            let turn = throttle.turn(50, begun).unwrap();
            assert_eq!(turn - begun, Duration::from_millis(500) * halves);
        }
        let later = begun + Duration::from_mins(1);
        assert_eq!(throttle.turn(50, later), Some(later));
        assert!(throttle.turn(50, later).unwrap() > later);
    }

    #[test]
    fn steps_are_small() {
        let step = |per_second, most| Throttle::new(NonZeroU32::new(per_second)).step(most);
        assert_eq!(step(5_000, 500), 50);
        assert_eq!(step(5_000, 7), 7);
        assert_eq!(step(1, 500), 1);
        assert_eq!(step(u32::MAX, u16::MAX), u16::MAX);
    }

    #[test]
    fn without_a_number_nobody_waits() {
        let throttle = Throttle::new(None);
        assert_eq!(throttle.turn(1_000_000, Instant::now()), None);
        assert_eq!(throttle.step(500), 500);
    }
}
