use chrono::{DateTime, SubsecRound, Utc};

/// Where the time comes from. Passed in, so that a test decides what time it is.
pub trait Clock: Send + Sync + 'static {
    /// The time now, UTC, to the microsecond: exactly what both databases store.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the machine"
        )]
        let now = Utc::now();
        now.trunc_subsecs(6)
    }
}
