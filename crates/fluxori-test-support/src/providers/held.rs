//! Calls that are held until a test lets them go.

use tokio::sync::watch;

/// How many are held now, and how often all were let go.
#[derive(Debug, Default)]
pub(super) struct HeldCalls(watch::Sender<Held>);

#[derive(Debug, Default)]
struct Held {
    now: usize,
    released: u64,
}

impl HeldCalls {
    /// Returns when the calls are let go that are held by now.
    pub(super) async fn hold(&self) {
        let mut seen = self.0.subscribe();
        let mut released = 0;
        self.0.send_modify(|held| {
            held.now += 1;
            released = held.released;
        });
        let _one = One(self);
        // The sender lives as long as the borrow.
        let _ = seen.wait_for(|held| held.released > released).await;
    }

    pub(super) fn release(&self) {
        self.0.send_modify(|held| held.released += 1);
    }

    pub(super) fn now(&self) -> usize {
        self.0.borrow().now
    }

    /// Returns when so many are held.
    pub(super) async fn until(&self, many: usize) {
        let mut seen = self.0.subscribe();
        let _ = seen.wait_for(|held| held.now == many).await;
    }
}

/// A call that is held, until it goes on or its caller gives up.
struct One<'a>(&'a HeldCalls);

impl Drop for One<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|held| held.now -= 1);
    }
}
