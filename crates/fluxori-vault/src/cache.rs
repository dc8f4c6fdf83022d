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

/// A key is looked up anew after this time, so that one destroyed in the database stops working.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

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

    /// The key of this name, if it is this organization's and was kept within the last five minutes.
    pub(crate) fn find(
        &self,
        id: &str,
        organization: &OrganizationId,
        now: DateTime<Utc>,
    ) -> Option<Arc<DataKey>> {
        let entry = self.0.get(&Name(id))?;
        if entry.key.organization() != organization {
            return None;
        }
        let age = now.signed_duration_since(entry.opened_at);
        // A clock that was set back must not lengthen a life.
        if age < TimeDelta::zero() || age >= LIFETIME {
            self.0.remove(&Name(id));
            return None;
        }
        Some(entry.key)
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
    fn a_key_is_found_for_five_minutes_by_its_own_organization() {
        let (cache, key, now) = (DataKeyCache::new(), make_key(), DateTime::UNIX_EPOCH);
        let id = key.id().as_str();
        cache.keep(&key, now);
        let found = |name, at| cache.find(id, &organization(name), at).is_some();
        assert!(found("org-1", now));
        assert!(!found("org-2", now));
        assert!(found("org-1", now + LIFETIME - TimeDelta::microseconds(1)));
        assert!(!found("org-1", now + LIFETIME));
        assert!(!found("org-1", now), "an expired key came back");
    }

    #[test]
    fn a_clock_set_back_does_not_lengthen_a_life() {
        let (cache, key, now) = (DataKeyCache::new(), make_key(), DateTime::UNIX_EPOCH);
        cache.keep(&key, now);
        let earlier = now - TimeDelta::seconds(1);
        assert!(
            cache
                .find(key.id().as_str(), key.organization(), earlier)
                .is_none()
        );
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
