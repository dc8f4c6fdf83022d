//! Trouble on the way, injected into calls.

use std::time::Duration;

use super::{Call, Code};
use crate::random::Random;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Google does what it was asked for, then the connection is closed without a word.
    AnswerLost,
    /// The connection is closed without a word, and nothing was done.
    Reset,
    /// Google does what it was asked for, and answers this much later.
    Slow(Duration),
    /// Google does what it was asked for, and half of its answer arrives.
    HalfBody,
    /// Nothing is done, and a page for people comes with this HTTP status.
    Page(u16),
    /// Google does what it was asked for, and a page for people comes with this HTTP status.
    PageAfter(u16),
    /// Nothing is done, and Google refuses with this code.
    Refused(Code),
    /// Google does what it was asked for, and says that it did not.
    RefusedAfter(Code),
}

impl Fault {
    /// Nothing is done.
    #[must_use]
    pub const fn swallows(self) -> bool {
        matches!(self, Self::Reset | Self::Page(_) | Self::Refused(_))
    }
}

/// When a [`Fault`] happens.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    fault: Fault,
    call: Option<Call>,
    resource: Option<String>,
    probability: f64,
    skip: u64,
    times: Option<u64>,
}

impl FaultRule {
    /// At every call, always.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self {
            fault,
            call: None,
            resource: None,
            probability: 1.0,
            skip: 0,
            times: None,
        }
    }

    /// At this call only.
    #[must_use]
    pub const fn at(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }

    /// Only where this is part of the resource's name.
    #[must_use]
    pub fn on(mut self, part: impl Into<String>) -> Self {
        self.resource = Some(part.into());
        self
    }

    /// In this share of the calls, between 0 and 1.
    #[must_use]
    pub const fn probability(mut self, share: f64) -> Self {
        self.probability = share;
        self
    }

    /// Lets so many calls pass that it would have failed.
    #[must_use]
    pub const fn skip(mut self, calls: u64) -> Self {
        self.skip = calls;
        self
    }

    /// So often at most.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn fits(&self, call: Call, resource: &str) -> bool {
        self.call.is_none_or(|only| only == call)
            && self
                .resource
                .as_deref()
                .is_none_or(|part| resource.contains(part))
            && self.times != Some(0)
    }
}

/// All rules, and the generator that decides.
#[derive(Debug)]
pub(super) struct Faults {
    rules: Vec<FaultRule>,
    random: Random,
    injected: u64,
}

impl Faults {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self {
            rules: Vec::new(),
            random: Random::seeded(seed),
            injected: 0,
        }
    }

    pub(super) fn add(&mut self, rule: FaultRule) {
        self.rules.push(rule);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// How many calls went wrong so far.
    pub(super) const fn injected(&self) -> u64 {
        self.injected
    }

    /// Begins the sequence of decisions anew.
    pub(super) const fn seed(&mut self, seed: u64) {
        self.random = Random::seeded(seed);
    }

    /// What goes wrong with a call: the first rule that fits and is due.
    pub(super) fn draw(&mut self, call: Call, resource: &str) -> Option<Fault> {
        for rule in &mut self.rules {
            if !rule.fits(call, resource) || self.random.share() >= rule.probability {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times = rule.times.map(|times| times - 1);
            self.injected += 1;
            return Some(rule.fault);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_keeps_to_its_call_its_resource_its_turn_and_its_number() {
        let mut faults = Faults::seeded(1);
        let rule = FaultRule::new(Fault::Reset).at(Call::AddSecretVersion);
        faults.add(rule.on("/a").skip(1).times(1));
        let mut draw = |call, resource| faults.draw(call, resource);
        assert_eq!(draw(Call::GetSecret, "s/a"), None);
        assert_eq!(draw(Call::AddSecretVersion, "s/b"), None);
        assert_eq!(draw(Call::AddSecretVersion, "s/a"), None);
        assert_eq!(draw(Call::AddSecretVersion, "s/a"), Some(Fault::Reset));
        assert_eq!(draw(Call::AddSecretVersion, "s/a"), None);
        assert_eq!(faults.injected(), 1);
    }

    #[test]
    fn the_same_seed_makes_the_same_decisions() {
        let run = |seed| {
            let mut faults = Faults::seeded(seed);
            faults.add(FaultRule::new(Fault::AnswerLost).probability(0.1));
            let failed = |_: &usize| faults.draw(Call::CreateSecret, "").is_some();
            (0..1000).filter(failed).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert!((50..150).contains(&run(7).len()));
    }
}
