use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places behind a door, of which there can be more or fewer while some are taken.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    count: Mutex<Count>,
}

#[derive(Debug)]
struct Count {
    now: usize,
    /// Of those that are taken: they are gone when they are given back.
    too_many: usize,
}

/// A place, given back when dropped.
#[derive(Debug)]
pub(super) struct TakenPlace {
    places: Arc<Places>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(super) fn new(count: u32) -> Arc<Self> {
        let now = bounded(count);
        Arc::new(Self {
            free: Arc::new(Semaphore::new(now)),
            count: Mutex::new(Count { now, too_many: 0 }),
        })
    }

    /// A place, if one is free.
    pub(super) fn try_take(self: &Arc<Self>) -> Option<TakenPlace> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(self.taken(permit))
    }

    /// The next place that is free; whoever came first has it first.
    pub(super) async fn take(self: &Arc<Self>) -> TakenPlace {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        self.taken(permit.expect("nobody closes the semaphore"))
    }

    /// Lets there be so many from now on, however many are taken.
    pub(super) fn set_count(&self, count: u32) {
        let wanted = bounded(count);
        let mut count = self.count();
        if wanted < count.now {
            let fewer = count.now - wanted;
            count.too_many += fewer - self.free.forget_permits(fewer);
        } else {
            let more = wanted - count.now;
            let stay = more.min(count.too_many);
            count.too_many -= stay;
            self.free.add_permits(more - stay);
        }
        count.now = wanted;
    }

    fn taken(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> TakenPlace {
        TakenPlace {
            places: Arc::clone(self),
            permit: Some(permit),
        }
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        let mut count = self.places.count();
        let permit = self.permit.take();
        if let Some(permit) = permit
            && count.too_many > 0
        {
            count.too_many -= 1;
            permit.forget();
        }
    }
}

fn bounded(count: u32) -> usize {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    count.min(Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn free(places: &Arc<Places>) -> usize {
        let taken: Vec<_> = std::iter::from_fn(|| places.try_take()).collect();
        taken.len()
    }

    #[test]
    fn places_that_are_taken_while_there_become_fewer_are_gone_when_given_back() {
        let places = Places::new(4);
        let mut taken: Vec<_> = (0..3).map(|_| places.try_take().unwrap()).collect();
        places.set_count(1);
        assert_eq!(free(&places), 0);
        taken.pop();
        taken.pop();
        assert_eq!(free(&places), 0);
        taken.pop();
        assert_eq!(free(&places), 1);
    }

    #[test]
    fn there_are_never_more_than_said_however_it_changes() {
        let places = Places::new(4);
        let taken: Vec<_> = (0..4).map(|_| places.try_take().unwrap()).collect();
        for count in [1, 3, 2, 5] {
            places.set_count(count);
        }
        assert_eq!(free(&places), 1, "one besides the four that are taken");
        drop(taken);
        assert_eq!(free(&places), 5);
        places.set_count(2);
        assert_eq!(free(&places), 2);
    }

    #[test]
    fn somebody_who_waits_has_a_place_that_is_added() {
        let places = Places::new(1);
        let _first = places.try_take().unwrap();
        let mut second = std::pin::pin!(places.take());
        assert!(second.as_mut().now_or_never().is_none());
        places.set_count(2);
        assert!(second.now_or_never().is_some());
    }
}
