//! What every secret of the simulated marketplaces contains, so that a leak can be searched for.

/// In every secret that can hold letters.
pub const WORD: &str = "canary";

/// In every secret that is made of hexadecimal digits only.
pub const HEX: &str = "fa15ecafe";

/// All of them.
pub const MARKERS: &[&str] = &[WORD, HEX];
