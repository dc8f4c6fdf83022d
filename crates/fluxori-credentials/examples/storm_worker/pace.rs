//! How fast callers go: at an even pace together, or as fast as they can.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

/// What all callers of a process do in a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Calls of all together; 0 is as fast as they can.
    pub(crate) per_second: f64,
    pub(crate) callers: u32,
}

/// The turns of one caller.
pub(crate) struct Turns(Option<Interval>);

impl Pace {
    /// Of one of the callers. A turn that was missed does not come twice, so a slow answer is not made up for.
    pub(crate) fn turns(self) -> Turns {
        let every = Duration::try_from_secs_f64(f64::from(self.callers) / self.per_second);
        Turns(every.ok().filter(|every| !every.is_zero()).map(|every| {
            let mut turns = interval(every);
            turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
            turns
        }))
    }
}

impl Turns {
    /// Returns when it is this caller's turn.
    pub(crate) async fn next(&mut self) {
        if let Some(turns) = &mut self.0 {
            turns.tick().await;
        }
    }
}
