//! How long a soak is, and how often something happens in it.

use std::time::Duration;

/// One soak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// From the first call at half of the peak to the last.
    pub(crate) length: Duration,
    /// Decides about everything that is left to chance.
    pub(crate) seed: u64,
}

impl Plan {
    /// Connections to Xero that adapters read; their sellers only look at them, test and rename them.
    pub(crate) const KEPT: usize = 200;
    /// Sellers who connect and disconnect Takealot all the time.
    pub(crate) const COMING_AND_GOING: usize = 100;
    /// Callers in a process.
    pub(crate) const CALLERS: u32 = 32;
    /// How long everybody calls as fast as possible, to know the peak.
    pub(crate) const PEAK: Duration = Duration::from_secs(10);
    /// How often all access tokens run out.
    pub(crate) const EXPIRY_EVERY: Duration = Duration::from_secs(10);
    /// How long no marketplace does anything.
    pub(crate) const OUTAGE: Duration = Duration::from_secs(5);

    /// What is not judged: caches fill, and memory that was freed is not given back at once.
    pub(crate) fn warm_up(&self) -> Duration {
        (self.length / 5).clamp(Duration::from_secs(10), Duration::from_mins(5))
    }

    /// How often a process is killed.
    pub(crate) fn kill_every(&self) -> Duration {
        (self.length / 15).clamp(Duration::from_secs(8), Duration::from_mins(1))
    }

    /// How often all marketplaces stop working.
    pub(crate) fn outage_every(&self) -> Duration {
        (self.length / 6).clamp(Plan::OUTAGE * 3, Duration::from_mins(5))
    }

    /// From when on nothing goes wrong any more.
    pub(crate) fn calm_from(&self) -> Duration {
        self.length
            .saturating_sub((self.length / 10).min(Duration::from_secs(30)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soak_of_any_length_is_warm_suffers_and_becomes_calm() {
        for minutes in [1, 5, 30, 600] {
            let plan = Plan {
                length: Duration::from_mins(minutes),
                seed: 1,
            };
            assert!(plan.warm_up() * 5 <= plan.length, "{minutes}");
            assert!(plan.kill_every() * 6 <= plan.calm_from(), "{minutes}");
            assert!(plan.outage_every() * 2 <= plan.calm_from(), "{minutes}");
            assert!(plan.outage_every() > Plan::OUTAGE, "{minutes}");
        }
    }
}
