//! What sellers did and saw.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Of one caller, or of all.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests that were answered as they should be, by what was asked for.
    done: BTreeMap<&'static str, u64>,
    /// Answers and failures after which one tries again, by kind.
    later: BTreeMap<&'static str, u64>,
    /// What may not be, by kind.
    wrong: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(crate) fn done(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    pub(crate) fn later(&mut self, kind: &'static str) {
        *self.later.entry(kind).or_default() += 1;
    }

    /// Something may not be. `status` is that of the answer, 0 where there was none.
    pub(crate) fn wrong(&mut self, kind: &'static str, status: u16) {
        tracing::error!(kind, status, "a seller met what may not be");
        *self.wrong.entry(kind).or_default() += 1;
    }

    /// Takes over what another counted.
    pub(crate) fn add(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.done, other.done),
            (&mut self.later, other.later),
            (&mut self.wrong, other.wrong),
        ] {
            for (kind, count) in theirs {
                *mine.entry(kind).or_default() += count;
            }
        }
    }

    /// As the starter reads it.
    pub(crate) fn json(&self) -> Value {
        let requests: u64 = self.done.values().sum();
        json!({
            "requests": requests, "done": self.done, "later": self.later, "wrong": self.wrong,
        })
    }
}
