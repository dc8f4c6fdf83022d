//! How large a cluster is, and how often its database dies.

use std::time::Duration;

/// What a person may choose; the rest follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// How often the primary is killed.
    pub(crate) failovers: u32,
    /// Processes that read and refresh.
    pub(crate) adapters: usize,
    /// Callers in each of them.
    pub(crate) callers: usize,
    /// What they read and refresh.
    pub(crate) credentials: usize,
    /// Who connects, renames and disconnects over the API.
    pub(crate) sellers: usize,
}

impl Size {
    /// The usual one.
    pub(crate) const WHOLE: Self = Self {
        failovers: 5,
        adapters: 4,
        callers: 16,
        credentials: 300,
        sellers: 8,
    };
    /// Shows in some seconds that everything still adds up, in a build without optimisation too.
    pub(crate) const SHORT: Self = Self {
        failovers: 1,
        adapters: 2,
        callers: 8,
        credentials: 40,
        sellers: 4,
    };
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) size: Size,
    pub(crate) is_short: bool,
    /// Decides about everything that is left to chance.
    pub(crate) seed: u64,
}

impl Plan {
    /// How many servers there are.
    pub(crate) const SERVERS: usize = 3;
    /// How often all access tokens run out while everybody works.
    pub(crate) const EXPIRY_EVERY: Duration = Duration::from_millis(1_500);
    /// How long it takes whoever watches over the primary to notice its end, at most.
    pub(crate) const UNNOTICED: Duration = Duration::from_secs(2);

    /// The usual run, or a short one.
    pub(crate) const fn usual(is_short: bool) -> Self {
        Self {
            size: if is_short { Size::SHORT } else { Size::WHOLE },
            is_short,
            seed: 1,
        }
    }

    /// How long everybody works before the primary is killed, at least, and as much again at most.
    pub(crate) const fn calm(&self) -> Duration {
        Duration::from_secs(if self.is_short { 2 } else { 4 })
    }
}
