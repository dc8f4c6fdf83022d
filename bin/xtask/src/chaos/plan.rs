//! How much chaos there is.

use std::time::Duration;

/// What a person may choose; the rest follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) processes: usize,
    /// How many calls fail, answers are lost and processes are killed before it ends.
    pub(crate) faults: u64,
    /// How many secrets are moved to Google and back.
    pub(crate) credentials: usize,
}

impl Size {
    /// What the bars are about.
    pub(crate) const WHOLE: Self = Self {
        processes: 4,
        faults: 10_000,
        credentials: 10_000,
    };
    /// Shows in some seconds that nothing is lost, in a build without optimisation too.
    pub(crate) const SHORT: Self = Self {
        processes: 3,
        faults: 300,
        credentials: 200,
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
    /// The run that the bars are about, or a short one.
    pub(crate) const fn usual(is_short: bool) -> Self {
        Self {
            size: if is_short { Size::SHORT } else { Size::WHOLE },
            is_short,
            seed: 1,
        }
    }

    /// Callers in each process.
    pub(crate) const fn callers(&self) -> usize {
        if self.is_short { 4 } else { 6 }
    }

    /// Sellers of all processes together.
    pub(crate) const fn sellers(&self) -> usize {
        self.size.processes * self.callers() * if self.is_short { 3 } else { 5 }
    }

    /// The share of the calls to Google that fail in each of eight ways.
    pub(crate) const fn share(&self) -> f64 {
        if self.is_short { 0.035 } else { 0.015 }
    }

    /// From one kill to the next, on average.
    pub(crate) const fn kill_every(&self) -> Duration {
        Duration::from_millis(if self.is_short { 1_000 } else { 400 })
    }

    /// How often all access tokens run out.
    pub(crate) const fn expiry_every(&self) -> Duration {
        Duration::from_millis(if self.is_short { 1_500 } else { 3_000 })
    }

    /// How long readers read while nothing is moved.
    pub(crate) const fn idle(&self) -> Duration {
        Duration::from_secs(if self.is_short { 2 } else { 20 })
    }

    /// How often each move is killed.
    pub(crate) const fn kills(&self) -> usize {
        if self.is_short { 1 } else { 2 }
    }

    /// How many writes a minute Google is asked for while secrets are moved: fifty times what it allows at first in the
    /// whole form, for nobody waits half an hour.
    pub(crate) const fn moving_writes(&self) -> u32 {
        if self.is_short { 6_000 } else { 30_000 }
    }
}
