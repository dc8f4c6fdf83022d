use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::workers::{Seen, Workers};

/// How often it is asked whether there are as many places as there should be.
const PERIOD: Duration = Duration::from_millis(100);
/// Workers who have something to do for more of the time have too much: whoever is let in waits for them.
const TOO_BUSY: f64 = 0.9;
/// Workers who have something to do for less of the time wait for the database: more can be let in.
const AT_REST: f64 = 0.75;
/// Places a worker in the beginning.
const AT_FIRST: u32 = 4;
/// Places a worker at most: for databases that are far away.
const MOST: u32 = 16;

/// Finds out how many places there should be. Workers who are busy all the time answer nobody sooner because more are let in:
/// all are later. So then there are fewer, down to one a worker; and more again where workers are idle and places are lacking.
pub(super) struct Fitting {
    workers: Arc<Workers>,
    range: RangeInclusive<u32>,
    places: u32,
    /// Whether a place was lacking since the last look.
    was_full: bool,
    seen: Seen,
}

impl Fitting {
    /// For so many workers, who may begin later.
    pub(super) fn new(workers: Arc<Workers>, count: u32) -> Self {
        let seen = workers.look(Instant::now());
        Self {
            workers,
            range: count..=count.saturating_mul(MOST),
            places: count.saturating_mul(AT_FIRST),
            was_full: false,
            seen,
        }
    }

    pub(super) const fn places(&self) -> u32 {
        self.places
    }

    /// A place was lacking.
    pub(super) const fn note_full(&mut self) {
        self.was_full = true;
    }

    /// How many places there are from now on, if that changes.
    pub(super) fn look(&mut self, now: Instant) -> Option<u32> {
        if now.saturating_duration_since(self.seen.at()) < PERIOD {
            return None;
        }
        let seen = self.workers.look(now);
        let busy = self.workers.busy(self.seen, seen);
        self.seen = seen;
        self.fit(busy)
    }

    fn fit(&mut self, busy: f64) -> Option<u32> {
        let was_full = std::mem::take(&mut self.was_full);
        let fitting = match busy {
            _ if !was_full => self.places,
            TOO_BUSY.. => self.places / 2,
            ..AT_REST => self.places.saturating_add(*self.range.start()),
            _ => self.places,
        };
        let fitting = fitting.clamp(*self.range.start(), *self.range.end());
        let changed = fitting != self.places;
        self.places = fitting;
        changed.then_some(fitting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitting() -> Fitting {
        Fitting::new(Arc::default(), 2)
    }

    fn fits(fitting: &mut Fitting, busy: f64) -> Vec<u32> {
        let next = || {
            fitting.note_full();
            fitting.fit(busy)
        };
        std::iter::from_fn(next).collect()
    }

    #[tokio::test]
    async fn busy_workers_let_in_fewer_and_idle_ones_more() {
        let mut fitting = fitting();
        assert_eq!(fitting.places(), 8);
        assert_eq!(fits(&mut fitting, 1.0), [4, 2]);
        let more = fits(&mut fitting, 0.5);
        assert_eq!((more[0], more[more.len() - 1]), (4, 32));
    }

    #[tokio::test]
    async fn nothing_changes_while_there_is_room_or_it_fits() {
        let mut fitting = fitting();
        for busy in [0.0, 0.5, 1.0] {
            assert_eq!(fitting.fit(busy), None, "nobody missed a place");
        }
        assert!(fits(&mut fitting, 0.8).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_from_time_to_time() {
        let workers = Arc::new(Workers::default());
        workers.begin_here();
        workers.begin_here();
        let mut fitting = Fitting::new(workers, 1);
        fitting.note_full();
        assert_eq!(fitting.look(Instant::now()), None, "too soon");
        tokio::time::advance(PERIOD).await;
        // Real workers had no time to be busy in a time that was only said to pass.
        assert_eq!(fitting.look(Instant::now()), Some(AT_FIRST + 1));
    }
}
