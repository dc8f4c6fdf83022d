//! Trouble on the way, injected into calls that would have been answered well.

use std::time::Duration;

use super::Call;
use crate::random::Random;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The marketplace does what it was asked for, then the connection is closed without a word.
    AnswerLost,
    /// The connection is closed without a word, and nothing was done.
    Reset,
    /// The marketplace does what it was asked for, and answers this much later.
    Slow(Duration),
    /// The call is held until [`release`](super::SimulatedProviders::release), then done as if nothing had been.
    Held,
    /// The marketplace does what it was asked for, and half of its answer arrives.
    HalfBody,
    /// Nothing is done, and a page for people comes with this status.
    Page(u16),
    /// The marketplace does what it was asked for, and a page for people comes with this status.
    PageAfter(u16),
    /// Nothing is done: too many calls.
    Throttled,
    /// Nothing is done: the application is said to be unknown. Token endpoints only.
    InvalidClient,
}

/// When a [`Fault`] happens.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    fault: Fault,
    call: Option<Call>,
    key: Option<String>,
    probability: f64,
    times: Option<u64>,
}

impl FaultRule {
    /// At every call, always.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self {
            fault,
            call: None,
            key: None,
            probability: 1.0,
            times: None,
        }
    }

    /// At this call only.
    #[must_use]
    pub const fn at(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }

    /// Only when this token or code is shown.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// In this share of the calls, between 0 and 1.
    #[must_use]
    pub const fn probability(mut self, share: f64) -> Self {
        self.probability = share;
        self
    }

    /// So often at most.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// All rules, and the generator that decides.
#[derive(Debug)]
pub(super) struct Faults {
    rules: Vec<FaultRule>,
    random: Random,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            random: Random::seeded(1),
        }
    }
}

impl Faults {
    pub(super) fn add(&mut self, rule: FaultRule) {
        self.rules.push(rule);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Begins the sequence of decisions anew.
    pub(super) const fn seed(&mut self, seed: u64) {
        self.random = Random::seeded(seed);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What goes wrong with a call that shows `key`: the first rule that fits and is due.
    pub(super) fn draw(&mut self, call: Call, key: Option<&str>) -> Option<Fault> {
        for place in 0..self.rules.len() {
            let rule = &self.rules[place];
            let fits = rule.call.is_none_or(|only| only == call)
                && rule.key.as_deref().is_none_or(|only| key == Some(only))
                && rule.times != Some(0);
            let share = rule.probability;
            if fits && self.random.share() < share {
                let rule = &mut self.rules[place];
                rule.times = rule.times.map(|times| times - 1);
                return Some(rule.fault);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_calls_fails_and_the_same_ones_every_time() {
        let run = |seed| {
            let mut faults = Faults::default();
            faults.seed(seed);
            faults.add(FaultRule::new(Fault::AnswerLost).probability(0.05));
            let failed = |_: &usize| faults.draw(Call::XeroToken, None).is_some();
            (0..10_000).filter(failed).collect::<Vec<_>>()
        };
        let failed = run(7);
        assert!((400..600).contains(&failed.len()), "{}", failed.len());
        assert_eq!(failed, run(7));
        assert_ne!(failed, run(8));
    }

    #[test]
    fn a_rule_keeps_to_its_call_its_key_and_its_number() {
        let mut faults = Faults::default();
        let rule = FaultRule::new(Fault::Reset);
        faults.add(rule.at(Call::ShopifyToken).key("a").times(1));
        assert_eq!(faults.draw(Call::XeroToken, Some("a")), None);
        assert_eq!(faults.draw(Call::ShopifyToken, Some("b")), None);
        let shopify = Call::ShopifyToken;
        assert_eq!(faults.draw(shopify, Some("a")), Some(Fault::Reset));
        assert_eq!(faults.draw(shopify, Some("a")), None);
    }
}
