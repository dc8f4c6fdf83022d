//! Whether what the marketplace handed out and what the vault stored add up, credential by credential.

use super::control::GrantCounts;

/// The two sides of one credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What the marketplace counted.
    pub(crate) granted: GrantCounts,
    /// How many new token pairs were stored: how often the generation went up.
    pub(crate) stored: i64,
    /// How often somebody got the right to spend the grant: the fence.
    pub(crate) leases: i64,
}

impl Entry {
    /// Grants that were spent and whose tokens nobody has, although the marketplace did not lose the answer: the process
    /// that had asked died before it had stored them.
    const fn died(&self) -> i64 {
        self.granted.spent - self.stored - self.granted.lost
    }

    /// Leases of processes that were killed while they had them: nothing was stored, and no answer was lost.
    const fn left(&self) -> i64 {
        self.leases - self.stored - self.granted.lost
    }

    /// Every grant was spent under a lease of its own, and was stored, lost on the way, or died with its process.
    const fn adds_up(&self) -> bool {
        self.died() >= 0 && self.died() <= self.left()
    }
}

/// All credentials together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) spent: i64,
    pub(crate) stored: i64,
    /// Answers that the marketplace lost on purpose.
    pub(crate) lost: i64,
    /// Answers that died with a process.
    pub(crate) died: i64,
    /// Leases that killed processes left behind; more than `died` where the call had not been made yet.
    pub(crate) left: i64,
    /// Refreshes that the marketplace refused.
    pub(crate) refused: i64,
    /// Credentials whose sides do not add up.
    pub(crate) unexplained: i64,
}

impl Sums {
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut sums = Self::default();
        for entry in entries {
            sums.spent += entry.granted.spent;
            sums.stored += entry.stored;
            sums.lost += entry.granted.lost;
            sums.died += entry.died();
            sums.left += entry.left();
            sums.refused += entry.granted.refused;
            sums.unexplained += i64::from(!entry.adds_up());
        }
        sums
    }

    /// Grants that were spent beyond those whose tokens were stored.
    pub(crate) const fn extra(&self) -> i64 {
        self.spent - self.stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(spent: i64, lost: i64, stored: i64, leases: i64) -> Entry {
        Entry {
            granted: GrantCounts {
                spent,
                lost,
                refused: 0,
            },
            stored,
            leases,
        }
    }

    #[test]
    fn a_grant_is_stored_or_lost_or_died_under_a_lease_of_its_own() {
        let calm = entry(1, 0, 1, 1);
        let lost_once = entry(2, 1, 1, 2);
        let died_once = entry(2, 0, 1, 2);
        let killed_before_the_call = entry(1, 0, 1, 2);
        let sums = Sums::of(&[calm, lost_once, died_once, killed_before_the_call]);
        assert_eq!(
            (sums.extra(), sums.lost, sums.died, sums.left),
            (2, 1, 1, 2)
        );
        assert_eq!(sums.unexplained, 0);
    }

    #[test]
    fn two_grants_under_one_lease_and_stored_tokens_that_nobody_granted_are_found() {
        assert_eq!(Sums::of(&[entry(2, 0, 1, 1)]).unexplained, 1);
        assert_eq!(Sums::of(&[entry(1, 0, 2, 2)]).unexplained, 1);
        // One too many here does not make up for one too few there.
        let pair = [entry(2, 0, 1, 1), entry(0, 0, 1, 2)];
        assert_eq!(Sums::of(&pair).unexplained, 2);
    }
}
