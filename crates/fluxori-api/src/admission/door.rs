//! A bound on what is done at the same time, with a short line in front of it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::http::header::RETRY_AFTER;
use fluxori_domain::telemetry::{HTTP_PLACES, events};
use metrics::gauge;
use tokio::time::{Instant, timeout};

use super::{
    Lane, ProtectionSettings,
    fitting::Fitting,
    places::{Places, TakenPlace},
    refused,
    workers::Workers,
};
use crate::problem::{Problem, ProblemKind};

/// How long a request waits in line at most. A page that asks for ten things at once gets them, however far the database is.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where everybody has waited this long for as long as somebody may wait at all, the line is closed: it does not become shorter,
/// and only makes everybody late. The criterion of `CoDel` (RFC 8289).
const LATE: Duration = Duration::from_millis(50);
/// For so long after somebody was refused, nobody waits.
const NO_LINE: Duration = Duration::from_secs(1);
/// When to try again.
const RETRY_SECONDS: &str = "1";

/// A door for each lane. Shared by all workers.
pub(crate) struct Doors {
    here: Arc<Door>,
    outside: Arc<Door>,
    workers: Arc<Workers>,
}

impl Doors {
    /// For so many workers.
    pub(crate) fn new(settings: &ProtectionSettings, workers: usize) -> Self {
        let count = u32::try_from(workers).unwrap_or(u32::MAX);
        let workers = Arc::<Workers>::default();
        let fitting = match settings.requests_at_once {
            0 => Some(Fitting::new(Arc::clone(&workers), count)),
            _ => None,
        };
        let places = fitting
            .as_ref()
            .map_or(settings.requests_at_once, Fitting::places);
        gauge!(HTTP_PLACES).set(places);
        let here = Door {
            fitting: fitting.map(Mutex::new),
            ..Door::new("REQUESTS_AT_ONCE", places)
        };
        let outside = Door::new(
            "OUTSIDE_REQUESTS_AT_ONCE",
            settings.outside_requests_at_once,
        );
        Self {
            here: Arc::new(here),
            outside: Arc::new(outside),
            workers,
        }
    }

    /// The present thread is one of the workers. May be said more than once.
    pub(crate) fn worker_begins(&self) {
        self.workers.begin_here();
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
    places: Arc<Places>,
    /// Where the number of places is found out.
    fitting: Option<Mutex<Fitting>>,
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
        Self {
            setting,
            places: Places::new(places),
            fitting: None,
            line: Mutex::new(Line {
                late_since: None,
                none_until: Instant::now(),
            }),
            is_reported: AtomicBool::new(false),
        }
    }

    /// A place, at once or within [`PATIENCE`].
    pub(super) async fn enter(&self) -> Result<TakenPlace, Problem> {
        let place = self.places.try_take();
        let began = Instant::now();
        self.fit(place.is_none(), began);
        if let Some(place) = place {
            self.line().late_since = None;
            return Ok(place);
        }
        if began < self.line().none_until {
            return Err(self.refuse());
        }
        self.is_reported.store(false, Ordering::Relaxed);
        match timeout(PATIENCE, self.places.take()).await {
            Ok(place) => {
                self.line().note(began, Instant::now());
                Ok(place)
            }
            Err(_) => Err(self.refuse()),
        }
    }

    /// Changes the number of places where that is due.
    fn fit(&self, is_full: bool, now: Instant) {
        let Some(fitting) = &self.fitting else {
            return;
        };
        let mut fitting = fitting.lock().unwrap_or_else(PoisonError::into_inner);
        if is_full {
            fitting.note_full();
        }
        if let Some(places) = fitting.look(now) {
            self.places.set_count(places);
            gauge!(HTTP_PLACES).set(places);
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
