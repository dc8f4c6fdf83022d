//! Chance that is the same in every run with the same seed.

use std::time::Duration;

/// The `SplitMix64` generator.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let count = count.max(1) as u64;
        usize::try_from(self.next() % count).expect("below a usize")
    }

    /// Less than `most`.
    pub(crate) fn time(&mut self, most: Duration) -> Duration {
        let share = u32::try_from(self.next() >> 32).expect("32 bits are left");
        most.mul_f64(f64::from(share) / (f64::from(u32::MAX) + 1.0))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_decides_the_same_and_every_number_comes() {
        let draw = |seed| {
            let mut dice = Dice(seed);
            (0..64).map(|_| dice.below(8)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..8).all(|number| draw(1).contains(&number)));
        let second = Duration::from_secs(1);
        assert!((0..64).all(|seed| Dice(seed).time(second) < second));
    }
}
