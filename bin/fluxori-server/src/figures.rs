//! Numbers over all sellers, looked at by the server that keeps house, and not too often.

use std::time::{Duration, Instant};

use fluxori_credentials::{Clock, Wiring, telemetry::events};

/// Connections are counted this often at most.
const CONNECTIONS: Duration = Duration::from_mins(1);
/// Keys change when an operator changes them.
const KEYS: Duration = Duration::from_mins(10);
/// A large installation takes long to count: it is looked at for a hundredth of the time at most.
const SHARE: u32 = 100;

/// When to look again.
pub(crate) struct Figures {
    connections: Seldom,
    keys: Seldom,
}

impl Figures {
    pub(crate) const fn new() -> Self {
        Self {
            connections: Seldom::new(CONNECTIONS),
            keys: Seldom::new(KEYS),
        }
    }

    /// Looks at what is due.
    pub(crate) async fn look(&mut self, wiring: &Wiring, clock: &dyn Clock) {
        let connections = async { wiring.observe_connections(clock.now()).await };
        let keys = async { wiring.observe_keys().await };
        let looked = [
            self.connections.run(connections).await,
            self.keys.run(keys).await,
        ];
        for error in looked.into_iter().filter_map(Result::err) {
            tracing::warn!(
                event = events::HOUSEKEEPING_NOT_COUNTED,
                %error,
                "sellers' connections or keys could not be counted"
            );
        }
    }
}

/// Something that is done now and then.
struct Seldom {
    pause: Duration,
    due: Option<Instant>,
}

impl Seldom {
    const fn new(pause: Duration) -> Self {
        Self { pause, due: None }
    }

    /// Does it if it is due; whether it succeeds or not, the next time is later.
    async fn run<E>(&mut self, work: impl Future<Output = Result<(), E>>) -> Result<(), E> {
        let began = Instant::now();
        if self.due.is_some_and(|due| began < due) {
            return Ok(());
        }
        let result = work.await;
        let ended = Instant::now();
        self.due = Some(ended + self.pause.max((ended - began) * SHARE));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_done_a_moment_ago_is_not_done_again() {
        let mut seldom = Seldom::new(Duration::from_hours(1));
        let mut times = 0;
        for _ in 0..3 {
            let work = async {
                times += 1;
                Err::<(), _>("troubled")
            };
            // A failure does not make it due any sooner.
            let _ = seldom.run(work).await;
        }
        assert_eq!(times, 1);
    }
}
