use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use fluxori_domain::{AuditEvent, AuditEventId};

/// Counts reads that are equal in everything but their time, for readers that cannot afford to describe each.
///
/// It stands among what is waiting exactly while its count is not zero.
#[derive(Debug)]
pub(crate) struct Tally {
    read: AuditEvent,
    count: AtomicU32,
}

impl Tally {
    /// A tally of reads like this one, and no read yet.
    pub(crate) const fn new(read: AuditEvent) -> Self {
        Self {
            read,
            count: AtomicU32::new(0),
        }
    }

    /// The kind of read.
    pub(crate) const fn read(&self) -> &AuditEvent {
        &self.read
    }

    /// Counts one more, unless it is the first, which has to be noted.
    pub(super) fn count_if_noted(&self) -> bool {
        let more = |count: u32| (count > 0).then(|| count.saturating_add(1));
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .is_ok()
    }

    /// The event of one read alone, at `at`.
    pub(super) fn one(&self, at: DateTime<Utc>) -> AuditEvent {
        AuditEvent {
            id: AuditEventId::make(at),
            at,
            ..self.read.clone()
        }
    }

    /// Counts the first.
    pub(super) fn begin(&self) {
        self.count.store(1, Ordering::Release);
    }

    /// The event that tells of all since it was noted at `at`, and their number. Begins anew.
    pub(super) fn take(&self, at: DateTime<Utc>) -> (AuditEvent, u32) {
        (self.one(at), self.count.swap(0, Ordering::AcqRel))
    }
}
