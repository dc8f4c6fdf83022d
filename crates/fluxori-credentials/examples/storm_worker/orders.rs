//! What the starter says, line by line.

use std::{io, time::Duration};

use anyhow::{Context, Result};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Waiting,
    /// Since then, or from then on: milliseconds of the wall clock.
    Going(u64),
    Finishing,
}

/// `go MILLISECONDS`, then `finish`. When the starter is gone, so is this process.
#[derive(Clone)]
pub(crate) struct Orders(watch::Receiver<Phase>);

impl Orders {
    /// Listens on the standard input, from now on.
    pub(crate) fn listen() -> Self {
        let (said, orders) = watch::channel(Phase::Waiting);
        std::thread::spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                let begin = line.strip_prefix("go ").and_then(|at| at.parse().ok());
                let phase = begin.map_or(Phase::Finishing, Phase::Going);
                said.send_replace(phase);
            }
            std::process::exit(3);
        });
        Self(orders)
    }

    /// Returns at `go`, with the moment that was named.
    pub(crate) async fn go(&mut self) -> Result<Duration> {
        let go = self.0.wait_for(|phase| *phase > Phase::Waiting).await;
        match *go.context("nobody gives orders")? {
            Phase::Going(at) => Ok(Duration::from_millis(at)),
            Phase::Waiting | Phase::Finishing => Ok(Duration::ZERO),
        }
    }

    /// Whether `finish` was said.
    pub(crate) fn is_finishing(&self) -> bool {
        *self.0.borrow() == Phase::Finishing
    }
}
