//! A bound on what is done at the same time, with a short line in front of it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
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

/// How long a request waits in line at most. A page that asks for ten things at once gets them, however far the database is.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where everybody has waited this long for as long as somebody may wait at all, the line is closed: it does not become shorter,
/// and only makes everybody late. The criterion of `CoDel` (RFC 8289).
const LATE: Duration = Duration::from_millis(50);
/// For so long after somebody was refused, nobody waits.
const NO_LINE: Duration = Duration::from_secs(1);
/// Places of a processor: while one request is computed, the others wait for the database or on their way there and back. More
/// make everybody slower when there is too much to do, and nobody is answered sooner for it.
const PLACES_A_PROCESSOR: u32 = 4;
/// When to try again.
const RETRY_SECONDS: &str = "1";

/// A door for each lane. Shared by all workers.
pub(crate) struct Doors {
    here: Arc<Door>,
    outside: Arc<Door>,
}

impl Doors {
    pub(crate) fn new(settings: &ProtectionSettings) -> Self {
        let here = match settings.requests_at_once {
            0 => PLACES_A_PROCESSOR * processors(),
            set => set,
        };
        Self {
            here: Arc::new(Door::new("REQUESTS_AT_ONCE", here)),
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
    line: Mutex<Line>,
    /// Whether the log knows that this door is shut now.
    is_reported: AtomicBool,
}

/// How waiting goes.
struct Line {
    /// When the first one was late of those since whom everybody was.
    late_since: Option<Instant>,
    /// Until when nobody waits.
    none_until: Instant,
}

impl Door {
    fn new(setting: &'static str, places: u32) -> Self {
        let places = usize::try_from(places).unwrap_or(usize::MAX);
        Self {
            setting,
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            line: Mutex::new(Line {
                late_since: None,
                none_until: Instant::now(),
            }),
            is_reported: AtomicBool::new(false),
        }
    }

    /// A place, at once or within [`PATIENCE`]; given back when dropped.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            self.line().late_since = None;
            return Ok(place);
        }
        let began = Instant::now();
        if began < self.line().none_until {
            return Err(self.refuse());
        }
        self.is_reported.store(false, Ordering::Relaxed);
        let waiting = Arc::clone(&self.places).acquire_owned();
        match timeout(PATIENCE, waiting).await {
            Ok(Ok(place)) => {
                self.line().note(began, Instant::now());
                Ok(place)
            }
            Ok(Err(_)) | Err(_) => Err(self.refuse()),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self) -> Problem {
        self.line().none_until = Instant::now() + NO_LINE;
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
}

impl Line {
    /// Somebody has waited.
    fn note(&mut self, began: Instant, now: Instant) {
        if now - began < LATE {
            self.late_since = None;
        } else if now - *self.late_since.get_or_insert(now) >= PATIENCE {
            self.none_until = now + NO_LINE;
        }
    }
}

fn processors() -> u32 {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors).unwrap_or(u32::MAX / PLACES_A_PROCESSOR)
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

    /// How long somebody always waits, each for `each`, until somebody is refused.
    async fn until_closed(each: Duration, most: usize) -> Option<Duration> {
        let door = Door::new("TEST", 1);
        let mut place = door.enter().await.unwrap();
        let mut next = Box::pin(door.enter());
        assert!(next.as_mut().now_or_never().is_none());
        let begun = Instant::now();
        for _ in 0..most {
            tokio::time::advance(each).await;
            drop(place);
            place = next.await.unwrap();
            next = Box::pin(door.enter());
            if let Some(refused) = next.as_mut().now_or_never() {
                assert_eq!(refused.unwrap_err().kind(), ProblemKind::Busy);
                return Some(begun.elapsed());
            }
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_in_which_everybody_is_late_is_closed() {
        assert_eq!(until_closed(LATE, 100).await, Some(LATE + PATIENCE));
        let quick = LATE / 2;
        assert_eq!(
            until_closed(quick, 100).await,
            None,
            "never empty, but quick"
        );
    }
}
