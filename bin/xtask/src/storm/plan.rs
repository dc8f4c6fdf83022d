//! How large a storm is.

use std::time::Duration;

/// What a person may choose; the rest follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) processes: usize,
    pub(crate) callers: usize,
    pub(crate) credentials: usize,
    /// How long processes are killed and answers are lost.
    pub(crate) trouble: Duration,
}

impl Size {
    /// What the bars are about.
    pub(crate) const WHOLE: Self = Self {
        processes: 8,
        callers: 64,
        credentials: 1_000,
        trouble: Duration::from_secs(30),
    };
    /// Shows in some seconds that everything still adds up, in a build without optimisation too.
    pub(crate) const SHORT: Self = Self {
        processes: 3,
        callers: 16,
        credentials: 60,
        trouble: Duration::from_secs(4),
    };
}

/// One storm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) size: Size,
    pub(crate) is_short: bool,
    /// Decides about everything that is left to chance.
    pub(crate) seed: u64,
}

impl Plan {
    /// The storm that the bars are about, or a short one.
    pub(crate) const fn usual(is_short: bool) -> Self {
        Self {
            size: if is_short { Size::SHORT } else { Size::WHOLE },
            is_short,
            seed: 1,
        }
    }

    /// How often trouble lets all access tokens run out.
    pub(crate) const fn expiry_every(&self) -> Duration {
        if self.is_short {
            Duration::from_millis(1_500)
        } else {
            Duration::from_secs(5)
        }
    }

    /// How many credentials are waited for, and by how many callers of each process: as few as a machine of two cores
    /// serves at once, for what is to be seen is how they wait for each other and not for the machine.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let rounds = if self.is_short { 10 } else { 50 };
        (rounds.min(self.size.credentials), self.size.callers.min(8))
    }
}
