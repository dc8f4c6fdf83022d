use std::{
    collections::{HashMap, hash_map::Entry},
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use fluxori_domain::{CredentialId, Generation, telemetry::events};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::RefreshFailure;

/// Which tokens are being replaced.
type Key = (CredentialId, Generation);
type Landing = Option<Result<(), RefreshFailure>>;

/// Refreshes under way in this process. Everybody who wants the same one waits for it together.
///
/// A flight is a task of its own: a caller who gives up does not take it along, for the marketplace may have answered
/// already.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flights {
    under_way: Arc<Mutex<HashMap<Key, watch::Receiver<Landing>>>>,
    tasks: TaskTracker,
}

impl Flights {
    /// Joins the flight for this generation, or starts it, and waits until it has landed. `None` when it panicked, which
    /// is logged once.
    pub(super) async fn join<F>(
        &self,
        credential: CredentialId,
        generation: Generation,
        start: impl FnOnce() -> F,
    ) -> Option<Result<(), RefreshFailure>>
    where
        F: Future<Output = Result<(), RefreshFailure>> + Send + 'static,
    {
        let key = (credential, generation);
        let mut landing = {
            let mut under_way = self.lock();
            match under_way.entry(key) {
                Entry::Occupied(flight) => flight.get().clone(),
                Entry::Vacant(place) => {
                    let (landed, landing) = watch::channel(None);
                    place.insert(landing.clone());
                    let flights = self.clone();
                    let flight = start();
                    let flight = async move {
                        let entry = Arrival { flights, key };
                        let result = flight.await;
                        drop(entry);
                        // Nobody may be waiting any more.
                        let _ = landed.send(Some(result));
                    };
                    // It belongs to the request of whoever started it.
                    self.tasks.spawn(flight.in_current_span());
                    landing
                }
            }
        };
        let landed = landing.wait_for(Option::is_some).await;
        landed.ok().and_then(|result| result.clone())
    }

    /// Waits for all flights under way.
    pub(crate) async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, watch::Receiver<Landing>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the flight off the board, even if it panics.
struct Arrival {
    flights: Flights,
    key: Key,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
        if thread::panicking() {
            let (credential, generation) = self.key;
            tracing::error!(
                event = events::REFRESH_PANICKED,
                %credential,
                %generation,
                "a refresh panicked: a defect of this program, which says nothing about the credential"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::sync::Notify;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_flight_that_panics_ends_for_all_and_is_no_verdict() {
        let flights = Flights::default();
        let credential = CredentialId::from_uuid(Uuid::nil());
        let everybody_is_here = Arc::new(Notify::new());
        let passengers = (0..3).map(|_| {
            let everybody_is_here = Arc::clone(&everybody_is_here);
            flights.join(credential, Generation::FIRST, || async move {
                everybody_is_here.notified().await;
                panic!("a test of what a defect does")
            })
        });
        let (landed, ()) = tokio::join!(join_all(passengers), async {
            tokio::task::yield_now().await;
            everybody_is_here.notify_one();
        });
        assert!(landed.iter().all(Option::is_none), "{landed:?}");

        let next = flights.join(credential, Generation::FIRST, || async { Ok(()) });
        assert!(matches!(next.await, Some(Ok(()))), "the way is free again");
    }
}
