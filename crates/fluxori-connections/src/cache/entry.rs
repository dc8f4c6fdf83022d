use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Caller, Purpose, ports::ChangeMark};

use crate::{OpenedCredential, read_audit::Tally};

/// How many kinds of reader of one credential are counted; further ones are noted one by one.
const KINDS: usize = 16;

/// An opened credential, until when it is known to be the stored one, and who has read it.
pub(crate) struct Entry {
    opened: Arc<OpenedCredential>,
    opened_at: DateTime<Utc>,
    mark: ChangeMark,
    tallies: RwLock<Vec<Arc<Tally>>>,
}

impl Entry {
    pub(crate) const fn new(
        opened: Arc<OpenedCredential>,
        opened_at: DateTime<Utc>,
        mark: ChangeMark,
    ) -> Self {
        Self {
            opened,
            opened_at,
            mark,
            tallies: RwLock::new(Vec::new()),
        }
    }

    /// The credential.
    pub(crate) const fn opened(&self) -> &Arc<OpenedCredential> {
        &self.opened
    }

    pub(super) const fn opened_at(&self) -> DateTime<Utc> {
        self.opened_at
    }

    pub(super) const fn mark(&self) -> &ChangeMark {
        &self.mark
    }

    /// Whether the access token works for so long.
    pub(crate) fn lasts(&self, now: DateTime<Utc>, wanted: TimeDelta) -> bool {
        self.opened.lasts(now, wanted)
    }

    /// Where reads of this kind are counted; nothing when they have to be noted one by one.
    pub(crate) fn tally(&self, caller: &Caller, purpose: Option<&Purpose>) -> Option<Arc<Tally>> {
        if caller.request_id.is_some() || caller.actor.is_some() {
            return None;
        }
        let is_meant = |tally: &&Arc<Tally>| {
            tally.read().purpose.as_ref() == purpose && tally.read().service == caller.service
        };
        {
            let tallies = self.tallies.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(tally) = tallies.iter().find(is_meant) {
                return Some(Arc::clone(tally));
            }
        }
        let mut tallies = self.tallies.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(tally) = tallies.iter().find(is_meant) {
            return Some(Arc::clone(tally));
        }
        if tallies.len() >= KINDS {
            return None;
        }
        let read = self
            .opened
            .read_event(caller, purpose.cloned(), self.opened_at);
        let tally = Arc::new(Tally::new(read));
        tallies.push(Arc::clone(&tally));
        Some(tally)
    }
}
