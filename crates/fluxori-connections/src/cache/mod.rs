//! Opened credentials in memory, for readers who cannot wait for the database.
//!
//! An entry is good while the feed of changes vouches that nothing of its tenant has changed since before it was read.
//! The feed's mark says so by itself: nothing has to be removed in time, and there is no order in which a change and a
//! read could cross unseen. Entries that are not good any more are swept out all the same, for they hold secrets.

mod entry;
mod key;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    Clock, TenantScope,
    ports::{ChangeFeed, ChangeMark},
};
use quick_cache::sync::Cache;

use crate::ReadRequest;
pub(crate) use entry::Entry;
use key::{Key, Sought};

/// Most credentials that are kept.
const MOST: usize = 10_000;

/// Longest that one is kept without looking at its row: bounds what the database does not tell, such as a backup that was
/// restored under us.
const LONGEST: TimeDelta = TimeDelta::minutes(1);

/// How often what is not good any more is swept out.
const SWEEP: Duration = Duration::from_secs(1);

/// Opened credentials, and who says whether they are still good.
pub(crate) struct CredentialCache {
    feed: Arc<dyn ChangeFeed>,
    clock: Arc<dyn Clock>,
    entries: Cache<Key, Arc<Entry>>,
}

impl CredentialCache {
    /// Nothing yet. Swept by a task on the present runtime for as long as it exists.
    pub(crate) fn start(feed: Arc<dyn ChangeFeed>, clock: Arc<dyn Clock>) -> Arc<Self> {
        let cache = Arc::new(Self {
            feed,
            clock,
            entries: Cache::new(MOST),
        });
        let swept = Arc::downgrade(&cache);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(cache) = swept.upgrade() else { return };
                cache.sweep();
            }
        });
        cache
    }

    /// The entry for this request, if it is good now.
    pub(crate) fn find(
        &self,
        scope: &TenantScope,
        request: &ReadRequest,
        now: DateTime<Utc>,
    ) -> Option<Arc<Entry>> {
        let entry = self.entries.get(&Sought::of(scope, request))?;
        self.is_good(&entry, now).then_some(entry)
    }

    /// The moment before a row is read, of which [`CredentialCache::keep`] wants to know.
    pub(crate) fn mark(&self, scope: &TenantScope) -> Option<ChangeMark> {
        self.feed.mark(scope)
    }

    /// Keeps what was read and opened after its mark was taken.
    pub(crate) fn keep(&self, scope: &TenantScope, request: &ReadRequest, entry: Entry) {
        if self.feed.is_current(entry.mark()) {
            self.entries
                .insert(Key::of(scope, request), Arc::new(entry));
        }
    }

    /// This process has changed something of the tenant's.
    pub(crate) fn changed(&self, scope: &TenantScope) {
        self.feed.changed(scope);
    }

    fn sweep(&self) {
        let now = self.clock.now();
        self.entries.retain(|_, entry| self.is_good(entry, now));
    }

    fn is_good(&self, entry: &Entry, now: DateTime<Utc>) -> bool {
        let age = now - entry.opened_at();
        age >= TimeDelta::zero() && age <= LONGEST && self.feed.is_current(entry.mark())
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests;
