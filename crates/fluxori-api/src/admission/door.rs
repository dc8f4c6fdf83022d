//! A bound on what is done at the same time, with a short line in front of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::http::header::RETRY_AFTER;
use fluxori_domain::telemetry::events;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{Lane, ProtectionSettings, refused};
use crate::problem::{Problem, ProblemKind};

/// How long a request waits in line. A page that asks for ten things at once gets them; nobody gets slow answers for long.
const PATIENCE: Duration = Duration::from_millis(100);
/// For so long after somebody waited in vain, nobody waits: a line that does not shorten makes everybody late.
const NO_LINE: Duration = Duration::from_secs(1);
/// When to try again.
const RETRY_SECONDS: &str = "1";

/// A door for each lane. Shared by all workers.
pub(crate) struct Doors {
    here: Arc<Door>,
    outside: Arc<Door>,
}

impl Doors {
    pub(crate) fn new(settings: &ProtectionSettings) -> Self {
        Self {
            here: Arc::new(Door::new("REQUESTS_AT_ONCE", settings.requests_at_once)),
            outside: Arc::new(Door::new(
                "OUTSIDE_REQUESTS_AT_ONCE",
                settings.outside_requests_at_once,
            )),
        }
    }

    pub(super) fn of(&self, lane: Lane) -> &Arc<Door> {
        match lane {
            Lane::Here => &self.here,
            Lane::Outside => &self.outside,
        }
    }
}

/// Lets so many in at the same time, and a few more in a moment.
pub(super) struct Door {
    setting: &'static str,
    places: Arc<Semaphore>,
    since: Instant,
    /// Until when nobody waits, in milliseconds since then.
    no_line_until: AtomicU64,
    /// Whether the log knows that this door is shut now.
    is_reported: AtomicBool,
}

impl Door {
    fn new(setting: &'static str, places: u32) -> Self {
        let places = usize::try_from(places).unwrap_or(usize::MAX);
        Self {
            setting,
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            since: Instant::now(),
            no_line_until: AtomicU64::new(0),
            is_reported: AtomicBool::new(false),
        }
    }

    /// A place, at once or within [`PATIENCE`]; given back when dropped.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        if !self.is_calm() {
            return Err(self.refuse());
        }
        self.is_reported.store(false, Ordering::Relaxed);
        let waiting = Arc::clone(&self.places).acquire_owned();
        match timeout(PATIENCE, waiting).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(self.refuse()),
        }
    }

    /// Whether nobody has waited in vain lately.
    fn is_calm(&self) -> bool {
        self.now() >= self.no_line_until.load(Ordering::Relaxed)
    }

    fn refuse(&self) -> Problem {
        let until = self.now() + milliseconds(NO_LINE);
        self.no_line_until.store(until, Ordering::Relaxed);
        refused::refused(refused::BUSY);
        if !self.is_reported.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                event = events::SERVER_BUSY,
                setting = self.setting,
                "more requests at once than are answered at once: some are turned away"
            );
        }
        Problem::new(
            ProblemKind::Busy,
            "The server has its hands full. Nothing was done; try again in a moment.",
        )
        .with_header(RETRY_AFTER, RETRY_SECONDS)
    }

    fn now(&self) -> u64 {
        milliseconds(self.since.elapsed())
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_short_line_is_served_in_order() {
        let door = Door::new("TEST", 1);
        let first = door.enter().await.unwrap();
        let mut second = std::pin::pin!(door.enter());
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        drop(first);
        drop(second.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn after_somebody_waited_in_vain_nobody_waits_until_it_is_calm() {
        let door = Door::new("TEST", 1);
        let place = door.enter().await.unwrap();
        let began = Instant::now();
        let refused = door.enter().await.unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::Busy);
        assert!(began.elapsed() >= PATIENCE);

        let began = Instant::now();
        let refused = join_all((0..100).map(|_| door.enter())).await;
        assert!(refused.iter().all(Result::is_err));
        assert!(began.elapsed() < PATIENCE, "at once");

        drop(place);
        let place = door.enter().await.unwrap();
        tokio::time::advance(NO_LINE * 2).await;
        let mut next = std::pin::pin!(door.enter());
        assert!(
            next.as_mut().now_or_never().is_none(),
            "there is a line again"
        );
        drop(place);
        drop(next.await.unwrap());
    }
}
