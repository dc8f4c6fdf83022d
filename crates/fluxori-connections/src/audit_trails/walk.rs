//! One chain, event by event.

use fluxori_domain::{
    AuditHash,
    ports::{AuditChain, StoredAuditEvent},
};
use uuid::Uuid;

/// What is wrong with a trail, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFinding {
    /// Whose trail.
    pub organization: String,
    /// Which number in the chain, if it is about one.
    pub sequence: Option<i64>,
    /// Which event, if it is about one that is there.
    pub event: Option<Uuid>,
    /// What.
    pub damage: AuditDamage,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditDamage {
    /// The event, or its hash, is not what was appended.
    Edited,
    /// The event stands where it was not appended.
    Misplaced {
        /// Its own number.
        belongs: i64,
    },
    /// Events are missing.
    Removed {
        /// The last of them.
        through: i64,
    },
    /// The event claims a number that the chain does not have.
    Outside,
    /// There are events without a place in the chain that were not there when chains began.
    Unchained {
        /// How many too many.
        extra: i64,
    },
    /// Events from before there were chains are missing.
    UnchainedRemoved {
        /// How many.
        missing: i64,
    },
    /// The record of the chain's end is not what the events lead to.
    HeadDiffers,
    /// There are events, and the record of their chain is gone.
    NoChain,
    /// The chain ends before, or is not what it was at, a head that was kept elsewhere.
    OtherThanKept,
}

/// How many neighbours of a broken event are compared with it, to tell what was done.
const WINDOW: usize = 16;

/// An event that does not fit behind the one before it.
struct Broken {
    event: StoredAuditEvent,
    sequence: i64,
    /// What stood before its place.
    before: AuditHash,
}

/// Looks at the events of one chain in their order.
pub(super) struct Walk {
    chain: AuditChain,
    /// The number that comes next.
    next: i64,
    /// What stands for all before it, by what is stored; nothing behind a gap.
    before: Option<AuditHash>,
    /// What else it may be, because what is stored was changed.
    perhaps: Vec<AuditHash>,
    broken: Vec<Broken>,
    findings: Vec<AuditFinding>,
}

impl Walk {
    pub(super) fn new(chain: AuditChain) -> Self {
        Self {
            next: chain.pruned_through.saturating_add(1),
            before: Some(chain.pruned_hash),
            perhaps: Vec::new(),
            broken: Vec::new(),
            findings: Vec::new(),
            chain,
        }
    }

    /// Takes the next event. Returns what stands for it and all before it, if it fits.
    pub(super) fn take(&mut self, event: StoredAuditEvent) -> Option<AuditHash> {
        let sequence = event.sequence?;
        if sequence > self.next {
            self.miss(sequence - 1);
            self.before = None;
            self.perhaps.clear();
        }
        self.next = sequence.saturating_add(1);
        let fields = event.fields();
        let stored = event.hash;
        let Some(before) = self.before else {
            // Behind a gap nothing tells what stood before: what is stored has to do.
            self.before = stored;
            return None;
        };
        let fits = |before: &AuditHash| stored == Some(fields.link(before, sequence));
        if fits(&before) || self.perhaps.iter().any(fits) {
            self.perhaps.clear();
            self.before = stored;
            return stored;
        }
        self.perhaps.push(before);
        let computed: Vec<_> = self
            .perhaps
            .iter()
            .map(|before| fields.link(before, sequence))
            .collect();
        self.perhaps.extend(computed);
        self.perhaps.extend(stored);
        let too_many = self.perhaps.len().saturating_sub(WINDOW);
        self.perhaps.drain(..too_many);
        self.before = Some(stored.unwrap_or(before));
        self.broken.push(Broken {
            event,
            sequence,
            before,
        });
        if self.broken.len() >= WINDOW {
            drop(self.explain());
        }
        None
    }

    /// Ends the walk at the chain's end.
    pub(super) fn end(mut self) -> Vec<AuditFinding> {
        let moved = self.explain();
        if self.next <= self.chain.sequence {
            self.miss(self.chain.sequence);
        } else if self.before.is_some_and(|before| before != self.chain.hash)
            && !self.perhaps.contains(&self.chain.hash)
            && !moved.contains(&self.chain.hash)
        {
            self.find(Some(self.chain.sequence), None, AuditDamage::HeadDiffers);
        }
        self.findings
    }

    fn miss(&mut self, through: i64) {
        self.find(Some(self.next), None, AuditDamage::Removed { through });
    }

    fn find(&mut self, sequence: Option<i64>, event: Option<Uuid>, damage: AuditDamage) {
        self.findings.push(AuditFinding {
            organization: self.chain.organization.clone(),
            sequence,
            event,
            damage,
        });
    }

    /// Tells which of the events that do not fit were edited and which were moved. One that fits behind another of them
    /// is as it was: that one was moved away from before it. Returns what they stand for.
    fn explain(&mut self) -> Vec<AuditHash> {
        let broken = std::mem::take(&mut self.broken);
        let hashes: Vec<AuditHash> = broken.iter().filter_map(|one| one.event.hash).collect();
        let damages: Vec<_> = broken
            .iter()
            .map(|one| damage(one, &broken, &hashes))
            .collect();
        let all_fit = damages.iter().all(Option::is_none);
        for (one, damage) in broken.iter().zip(damages) {
            let damage = if all_fit {
                Some(AuditDamage::Edited)
            } else {
                damage
            };
            if let Some(damage) = damage {
                self.find(Some(one.sequence), Some(one.event.id), damage);
            }
        }
        hashes
    }
}

fn damage(one: &Broken, broken: &[Broken], hashes: &[AuditHash]) -> Option<AuditDamage> {
    let fields = one.event.fields();
    let own = one.event.hash;
    let fits_here = |before: &AuditHash| own == Some(fields.link(before, one.sequence));
    if hashes.iter().any(fits_here) {
        return None;
    }
    let places = broken.iter().filter(|other| other.sequence != one.sequence);
    for place in places {
        let befores = hashes.iter().chain([&place.before]);
        for before in befores {
            if hashes.contains(&fields.link(before, place.sequence)) {
                return Some(AuditDamage::Misplaced {
                    belongs: place.sequence,
                });
            }
        }
    }
    Some(AuditDamage::Edited)
}
