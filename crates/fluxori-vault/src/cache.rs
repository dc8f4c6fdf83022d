//! Data keys that were opened a moment ago.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{DataKeyId, OrganizationId};
use quick_cache::{Equivalent, sync::Cache};

use crate::data_key::DataKey;

/// At most this many keys are remembered; the least used go first.
const CAPACITY: usize = 1_024;

/// What a key is wanted for decides how long ago it may have been opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is looked up anew after five minutes, so that a key destroyed in the database, or closed to us by the service that
    /// keeps its master key, stops working.
    Open,
    /// It may be ten minutes old, if the database says at this moment that it is the active one: whoever opened an
    /// old secret can seal what came of it, though the service went away in between.
    Seal,
}

impl Use {
    const fn lifetime(self) -> TimeDelta {
        match self {
            Self::Open => TimeDelta::minutes(5),
            Self::Seal => TimeDelta::minutes(10),
        }
    }
}

/// A small cache of ready data keys, by name.
pub(crate) struct DataKeyCache(Cache<DataKeyId, Entry>);

#[derive(Clone)]
struct Entry {
    key: Arc<DataKey>,
    opened_at: DateTime<Utc>,
}

impl DataKeyCache {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// The key of this name, if it is this organization's and was opened recently enough.
    pub(crate) fn find(
        &self,
        id: &str,
        organization: &OrganizationId,
        now: DateTime<Utc>,
        wanted: Use,
    ) -> Option<Arc<DataKey>> {
        let entry = self.0.get(&Name(id))?;
        if entry.key.organization() != organization {
            return None;
        }
        let age = now.signed_duration_since(entry.opened_at);
        // A clock that was set back must not lengthen a life.
        let is_older = |limit: Use| age < TimeDelta::zero() || age >= limit.lifetime();
        if is_older(Use::Seal) {
            self.0.remove(&Name(id));
        }
        (!is_older(wanted)).then_some(entry.key)
    }

    /// Remembers a key that was just opened.
    pub(crate) fn keep(&self, key: &Arc<DataKey>, now: DateTime<Utc>) {
        let entry = Entry {
            key: Arc::clone(key),
            opened_at: now,
        };
        self.0.insert(key.id().clone(), entry);
    }
}

/// A key's name as it stands in a sealed value, for finding without copying.
struct Name<'a>(&'a str);

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state); // as `DataKeyId` does
    }
}

impl Equivalent<DataKeyId> for Name<'_> {
    fn equivalent(&self, key: &DataKeyId) -> bool {
        self.0 == key.as_str()
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::hazmat::KeyMaterial;

    fn organization(name: &str) -> OrganizationId {
        OrganizationId::new(name).unwrap()
    }

    fn make_key() -> Arc<DataKey> {
        let material = KeyMaterial::make(&SystemRandom::new());
        Arc::new(DataKey::new(organization("org-1"), &material))
    }

    #[test]
    fn a_key_is_found_for_some_minutes_by_its_own_organization() {
        for (wanted, minutes) in [(Use::Open, 5), (Use::Seal, 10)] {
            let (cache, key, now) = (DataKeyCache::new(), make_key(), DateTime::UNIX_EPOCH);
            let id = key.id().as_str();
            cache.keep(&key, now);
            let found = |name, at| cache.find(id, &organization(name), at, wanted).is_some();
            let end = now + TimeDelta::minutes(minutes);
            assert!(found("org-1", now));
            assert!(!found("org-2", now));
            assert!(found("org-1", end - TimeDelta::microseconds(1)));
            assert!(!found("org-1", end));
        }
    }

    #[test]
    fn a_key_of_no_more_use_is_forgotten() {
        let (cache, key, now) = (DataKeyCache::new(), make_key(), DateTime::UNIX_EPOCH);
        let find = |at| cache.find(key.id().as_str(), key.organization(), at, Use::Open);
        cache.keep(&key, now);
        assert!(find(now + TimeDelta::minutes(10)).is_none());
        assert!(find(now).is_none(), "it came back");
        assert_eq!(cache.0.len(), 0);
    }

    #[test]
    fn a_clock_set_back_does_not_lengthen_a_life() {
        for wanted in [Use::Open, Use::Seal] {
            let (cache, key, now) = (DataKeyCache::new(), make_key(), DateTime::UNIX_EPOCH);
            cache.keep(&key, now);
            let earlier = now - TimeDelta::seconds(1);
            let found = cache.find(key.id().as_str(), key.organization(), earlier, wanted);
            assert!(found.is_none());
        }
    }

    #[test]
    fn the_cache_stays_small() {
        let cache = DataKeyCache::new();
        for _ in 0..2 * CAPACITY {
            cache.keep(&make_key(), DateTime::UNIX_EPOCH);
        }
        assert!(cache.0.len() <= CAPACITY, "{}", cache.0.len());
        assert!(cache.0.len() > CAPACITY / 2, "{}", cache.0.len());
    }
}
