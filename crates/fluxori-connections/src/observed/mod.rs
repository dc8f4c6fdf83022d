//! What the use cases count, and the ports that count what passes through them.

mod marketplace;
mod meters;
mod outside;
mod store;

use std::time::Instant;

use fluxori_domain::Marketplace;
use metrics::{Counter, Histogram};

pub(crate) use marketplace::ObservedMarketplace;
pub(crate) use meters::{LeaseEvent, Meters};
pub(crate) use store::ObservedStore;

/// One of each marketplace.
type EachMarketplace<T> = [T; Marketplace::ALL.len()];

fn each_marketplace<T>(make: impl Fn(Marketplace) -> T) -> EachMarketplace<T> {
    std::array::from_fn(|index| make(Marketplace::ALL[index]))
}

/// What is running, and since when.
struct Stopwatch<'a> {
    duration: &'a Histogram,
    since: Instant,
}

impl<'a> Stopwatch<'a> {
    fn start(duration: &'a Histogram) -> Self {
        Self {
            duration,
            since: Instant::now(),
        }
    }

    /// It has ended, and is one more of these.
    fn stop(self, ended: &Counter) {
        self.duration.record(self.since.elapsed());
        ended.increment(1);
    }
}
