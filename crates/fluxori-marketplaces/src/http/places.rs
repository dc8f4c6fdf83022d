use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use metrics::Gauge;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How many calls wait for each that may be under way: about as many as get their turn in 5 seconds when an answer takes a
/// third of one.
const WAITING_FOR_EACH: usize = 16;

/// How many calls may be under way at one marketplace at once, and who waits for a turn, first come, first served.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    in_flight: Gauge,
    in_line: Gauge,
}

/// A call that may be under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    in_flight: Gauge,
}

impl Places {
    /// So many. The gauges say how many calls are under way, and how many wait.
    pub(super) fn new(most: usize, in_flight: Gauge, in_line: Gauge) -> Self {
        in_flight.increment(0.0);
        in_line.increment(0.0);
        Self {
            free: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            most_waiting: most.saturating_mul(WAITING_FOR_EACH),
            in_flight,
            in_line,
        }
    }

    /// A place, as soon as there is one. `None` at once when too many wait already, and when it takes longer than `patience`.
    pub(super) async fn take(&self, patience: Duration) -> Option<Place> {
        let free = Arc::clone(&self.free);
        // Whoever waits is served before this finds anything.
        let permit = match free.try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait(patience).await?,
        };
        self.in_flight.increment(1.0);
        Some(Place {
            _permit: permit,
            in_flight: self.in_flight.clone(),
        })
    }

    async fn wait(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        let _waiter = Waiter::new(self)?;
        let turn = Arc::clone(&self.free).acquire_owned();
        timeout(patience, turn).await.ok()?.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.in_flight.decrement(1.0);
    }
}

/// Somebody who waits, until dropped.
struct Waiter<'a>(&'a Places);

impl<'a> Waiter<'a> {
    fn new(places: &'a Places) -> Option<Self> {
        let room = |waiting| (waiting < places.most_waiting).then(|| waiting + 1);
        let counted = places
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room);
        counted.is_ok().then(|| {
            places.in_line.increment(1.0);
            Self(places)
        })
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        self.0.in_line.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, future::join_all};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn places(most: usize) -> Places {
        Places::new(most, Gauge::noop(), Gauge::noop())
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_sent_away_and_leaves_nothing_behind() {
        let places = places(1);
        let place = places.take(PATIENCE).await.unwrap();
        assert!(places.take(PATIENCE).await.is_none());
        assert_eq!(places.waiting.load(Ordering::Relaxed), 0);
        drop(place);
        assert!(places.take(PATIENCE).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_given_in_the_order_of_asking_and_to_no_more_than_there_are() {
        let places = places(2);
        let (order, under_way) = (std::sync::Mutex::new(Vec::new()), AtomicUsize::new(0));
        let calls = (0..2 + 2 * WAITING_FOR_EACH).map(|number| {
            let (places, order, under_way) = (&places, &order, &under_way);
            async move {
                let place = places.take(PATIENCE).await.expect("there is room for it");
                order.lock().unwrap().push(number);
                assert!(under_way.fetch_add(1, Ordering::Relaxed) < 2);
                tokio::time::sleep(Duration::from_millis(10)).await;
                under_way.fetch_sub(1, Ordering::Relaxed);
                drop(place);
            }
        });
        join_all(calls).await;
        assert!(order.into_inner().unwrap().is_sorted());
        assert_eq!(places.free.available_permits(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_when_too_many_wait_is_sent_away_at_once() {
        let places = places(1);
        let place = places.take(PATIENCE).await.unwrap();
        let mut waiting: Vec<_> = (0..WAITING_FOR_EACH)
            .map(|_| Box::pin(places.take(PATIENCE)))
            .collect();
        for waiter in &mut waiting {
            assert!(waiter.now_or_never().is_none());
        }
        assert!(matches!(places.take(PATIENCE).now_or_never(), Some(None)));
        // One gives up: there is room in the line again.
        waiting.pop();
        let mut last = Box::pin(places.take(PATIENCE));
        assert!((&mut last).now_or_never().is_none());
        drop(place);
        let first = waiting.remove(0).await.unwrap();
        drop(waiting);
        drop(first);
        assert!(last.await.is_some());
    }
}
