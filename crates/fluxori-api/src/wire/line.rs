use std::{cell::Cell, rc::Rc, time::Duration};

use fluxori_domain::telemetry::HTTP_CONNECTIONS_OPEN;
use metrics::{Gauge, gauge};
use tokio::time::Instant;

/// What is known of a connection: shared by what reads and writes on it and by what answers.
#[derive(Clone)]
pub(crate) struct Line(Rc<State>);

struct State {
    /// Requests that are being answered. One at a time, but the count needs no such promise.
    answering: Cell<u32>,
    /// When something was last answered or sent.
    quiet_since: Cell<Instant>,
    is_encrypted: bool,
    open: Gauge,
}

impl Line {
    /// A connection that was just opened.
    pub(super) fn opened(is_encrypted: bool) -> Self {
        let open = gauge!(HTTP_CONNECTIONS_OPEN);
        open.increment(1.0);
        Self(Rc::new(State {
            answering: Cell::new(0),
            quiet_since: Cell::new(Instant::now()),
            is_encrypted,
            open,
        }))
    }

    /// Whether TLS ends here.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.is_encrypted
    }

    /// A request is being answered on it, until this is dropped.
    pub(crate) fn answering(&self) -> Answering {
        self.0.answering.set(self.0.answering.get() + 1);
        Answering(self.clone())
    }

    /// Something was sent on it.
    pub(super) fn sent(&self) {
        self.0.quiet_since.set(Instant::now());
    }

    /// When it is closed unless a request comes; none while one is being answered.
    pub(super) fn closes_at(&self, idle: Duration) -> Option<Instant> {
        (self.0.answering.get() == 0).then(|| self.0.quiet_since.get() + idle)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}

/// See [`Line::answering`].
pub(crate) struct Answering(Line);

impl Drop for Answering {
    fn drop(&mut self) {
        let state = &self.0.0;
        state.answering.set(state.answering.get() - 1);
        state.quiet_since.set(Instant::now());
    }
}
