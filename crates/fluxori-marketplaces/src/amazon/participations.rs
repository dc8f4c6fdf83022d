//! Where a seller takes part, and a memory of it: the usage plan allows about one call a minute.

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{AmazonRegion, RefreshToken};
use quick_cache::sync::Cache;
use ring::digest;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::outside::{LIST_LENGTH, code, lenient_text, name};

/// What the marketplaces call says, as far as we keep it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Participations {
    pub(super) store_name: Option<String>,
    pub(super) marketplace_ids: Vec<String>,
    pub(super) countries: Vec<String>,
}

/// The body of the good answer.
#[derive(Deserialize)]
pub(super) struct Payload {
    payload: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    marketplace: Site,
    #[serde(default, deserialize_with = "lenient_text")]
    store_name: Option<String>,
    #[serde(default)]
    participation: Participation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Site {
    id: String,
    #[serde(default, deserialize_with = "lenient_text")]
    country_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Participation {
    is_participating: bool,
}

impl Default for Participation {
    fn default() -> Self {
        Self {
            is_participating: true,
        }
    }
}

impl From<Payload> for Participations {
    /// Keeps marketplaces that we never heard of: Amazon adds some.
    fn from(payload: Payload) -> Self {
        let mut found = Self::default();
        let taking_part = payload
            .payload
            .into_iter()
            .filter(|entry| entry.participation.is_participating)
            .take(LIST_LENGTH);
        for entry in taking_part {
            let store_name = entry.store_name.as_deref().and_then(name);
            found.store_name = found.store_name.or(store_name);
            found.marketplace_ids.extend(code(&entry.marketplace.id));
            let country = entry.marketplace.country_code.as_deref().and_then(code);
            if let Some(country) = country.filter(|country| !found.countries.contains(country)) {
                found.countries.push(country);
            }
        }
        found
    }
}

/// The latest good answers, by grant. Holds no secret: a grant is remembered by its hash.
#[derive(Debug)]
pub(super) struct ParticipationsCache(Cache<GrantKey, Remembered>);

type GrantKey = [u8; digest::SHA256_OUTPUT_LEN];

#[derive(Debug, Clone)]
struct Remembered {
    at: DateTime<Utc>,
    participations: Participations,
}

impl ParticipationsCache {
    /// Most grants remembered.
    const CAPACITY: usize = 10_000;

    /// The latest answer, unless it is as old as `good_for`.
    pub(super) fn recall(
        &self,
        region: AmazonRegion,
        grant: &RefreshToken,
        now: DateTime<Utc>,
        good_for: TimeDelta,
    ) -> Option<Participations> {
        let remembered = self.0.get(&grant_key(region, grant))?;
        let age = now - remembered.at;
        (age >= TimeDelta::zero() && age < good_for).then_some(remembered.participations)
    }

    pub(super) fn remember(
        &self,
        region: AmazonRegion,
        grant: &RefreshToken,
        participations: Participations,
        now: DateTime<Utc>,
    ) {
        let remembered = Remembered {
            at: now,
            participations,
        };
        self.0.insert(grant_key(region, grant), remembered);
    }
}

impl Default for ParticipationsCache {
    fn default() -> Self {
        Self(Cache::new(Self::CAPACITY))
    }
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: only its hash is kept")]
fn grant_key(region: AmazonRegion, grant: &RefreshToken) -> GrantKey {
    let mut hash = digest::Context::new(&digest::SHA256);
    // Region names have one length, so that no two inputs run together.
    hash.update(region.as_str().as_bytes());
    hash.update(grant.expose_secret().as_bytes());
    let mut key = GrantKey::default();
    key.copy_from_slice(hash.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use fluxori_domain::SecretText;

    use super::*;

    fn grant(text: &str) -> RefreshToken {
        RefreshToken::new(SecretText::copy_of(text))
    }

    #[test]
    fn an_answer_is_good_for_its_grant_and_region_and_an_hour() {
        let cache = ParticipationsCache::default();
        let now = DateTime::UNIX_EPOCH;
        let (eu, na) = (AmazonRegion::Europe, AmazonRegion::NorthAmerica);
        let found = Participations {
            store_name: Some("s".to_owned()),
            ..Participations::default()
        };
        cache.remember(eu, &grant("a"), found.clone(), now);
        let hour = TimeDelta::hours(1);
        let later = |minutes| now + TimeDelta::minutes(minutes);
        assert_eq!(cache.recall(eu, &grant("a"), later(59), hour), Some(found));
        assert_eq!(cache.recall(eu, &grant("a"), later(60), hour), None);
        assert_eq!(cache.recall(eu, &grant("a"), later(-1), hour), None);
        assert_eq!(cache.recall(eu, &grant("b"), now, hour), None);
        assert_eq!(cache.recall(na, &grant("a"), now, hour), None);
    }

    #[test]
    fn only_marketplaces_with_a_part_are_kept_and_unknown_ones_are() {
        let payload: Payload = serde_json::from_str(
            r#"{"payload":[
                {"marketplace":{"id":"AE08WJ6YKNBMC","countryCode":"ZA"},"storeName":" ","participation":{"isParticipating":true,"hasSuspendedListings":false}},
                {"marketplace":{"id":"A1F83G8C2ARO7P","countryCode":"GB"},"storeName":"B","participation":{"isParticipating":false}},
                {"marketplace":{"id":"A2NEWNEWNEW","name":"Non-Amazon","countryCode":"ZA"},"storeName":"C"},
                {"marketplace":{"id":"<script>"},"participation":{}}
            ]}"#,
        )
        .unwrap();
        let found = Participations::from(payload);
        assert_eq!(found.marketplace_ids, ["AE08WJ6YKNBMC", "A2NEWNEWNEW"]);
        assert_eq!(found.countries, ["ZA"]);
        assert_eq!(found.store_name.as_deref(), Some("C"));
    }

    #[test]
    fn debug_cache_shows_no_grant() {
        let cache = ParticipationsCache::default();
        cache.remember(
            AmazonRegion::Europe,
            &grant("canary"),
            Participations::default(),
            DateTime::UNIX_EPOCH,
        );
        assert!(!format!("{cache:?}").contains("canary"));
    }
}
