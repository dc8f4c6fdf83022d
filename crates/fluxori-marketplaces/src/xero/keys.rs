use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::Outcome;
use reqwest::{Method, header::HeaderMap};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::Value;

use super::{Xero, answer::refusal};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    verdict::Verdict,
};

/// How long the keys are used before they are asked for again.
const LIFE: TimeDelta = TimeDelta::hours(1);

/// Shortest time between two fetches that unknown keys gave rise to, however many are named meanwhile.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// Most keys that are looked at.
const MAX_KEYS: usize = 32;

/// A public key with which Xero signs.
#[derive(Debug)]
pub(super) struct SigningKey {
    pub(super) id: String,
    pub(super) modulus: Vec<u8>,
    pub(super) exponent: Vec<u8>,
}

impl SigningKey {
    /// Whether it signed the message, by RS256.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok()
    }
}

/// The keys of one moment.
pub(super) type SigningKeys = Arc<[SigningKey]>;

/// The latest keys, and when they were fetched.
#[derive(Debug, Default)]
pub(super) struct KnownKeys {
    latest: Mutex<Option<(DateTime<Utc>, SigningKeys)>>,
    /// When an unknown key last led to a fetch. Held during such a fetch, so that there is one at a time.
    renewed_at: tokio::sync::Mutex<Option<DateTime<Utc>>>,
}

impl KnownKeys {
    fn recall(&self, now: DateTime<Utc>) -> Option<SigningKeys> {
        let known = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, keys) = known.as_ref()?;
        let age = now - *at;
        (age >= TimeDelta::zero() && age < LIFE).then(|| keys.clone())
    }

    fn remember(&self, keys: &SigningKeys, now: DateTime<Utc>) {
        let mut known = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((now, keys.clone()));
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RsaKey {
    kty: String,
    kid: String,
    n: String,
    e: String,
}

impl Xero {
    /// The keys, from memory or from Xero.
    pub(super) async fn signing_keys(&self) -> Result<SigningKeys, Outcome> {
        match self.keys.recall(self.clock.now()) {
            Some(keys) => Ok(keys),
            None => self.fetch_signing_keys().await,
        }
    }

    /// The keys when one is named that is not among `known`: those that somebody else has fetched since, or as Xero
    /// publishes them now. `known` again if that was asked a moment ago.
    pub(super) async fn renewed_signing_keys(
        &self,
        known: SigningKeys,
    ) -> Result<SigningKeys, Outcome> {
        let mut renewed_at = self.keys.renewed_at.lock().await;
        let now = self.clock.now();
        if let Some(latest) = self.keys.recall(now)
            && !Arc::ptr_eq(&latest, &known)
        {
            return Ok(latest);
        }
        if renewed_at.is_some_and(|at| (now - at).abs() < PAUSE) {
            return Ok(known);
        }
        let keys = self.fetch_signing_keys().await?;
        *renewed_at = Some(now);
        Ok(keys)
    }

    /// The keys as Xero publishes them now.
    async fn fetch_signing_keys(&self) -> Result<SigningKeys, Outcome> {
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::GET,
                url: self
                    .identity_url
                    .join("/.well-known/openid-configuration/jwks"),
                headers: HeaderMap::new(),
                body: RequestBody::NONE,
                budget: Budget::Test,
            })
            .await;
        let now = self.clock.now();
        let answer = exchange
            .answer
            .map_err(|trouble| Verdict::from(trouble).outcome())?;
        let set = (answer.status() == 200).then(|| answer.json::<KeySet>());
        match set.flatten() {
            Some(set) => {
                let keys = read(set);
                self.keys.remember(&keys, now);
                Ok(keys)
            }
            None => Err(refusal(&answer, now).outcome()),
        }
    }
}

/// The RSA keys of a set; others are of no use here.
fn read(set: KeySet) -> SigningKeys {
    set.keys
        .into_iter()
        .take(MAX_KEYS)
        .filter_map(|key| {
            let key: RsaKey = serde_json::from_value(key).ok()?;
            (key.kty == "RSA").then_some(SigningKey {
                modulus: number(&key.n)?,
                exponent: number(&key.e)?,
                id: key.kid,
            })
        })
        .collect()
}

/// A number without leading zeros, which ring does not take.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rsa_keys_are_kept_and_leading_zeros_are_not() {
        let set = serde_json::from_str(
            r#"{"keys":[{"kty":"EC","kid":"a","n":"AQ","e":"AQAB"},{"kty":"RSA","kid":"b"},{"kty":"RSA","kid":"c","n":"AAEC","e":"AQAB"}]}"#,
        );
        let keys = read(set.unwrap());
        assert_eq!(keys.len(), 1);
        assert_eq!(
            (keys[0].id.as_str(), &keys[0].modulus[..]),
            ("c", &[1, 2][..])
        );
    }

    #[test]
    fn keys_are_used_for_an_hour() {
        let known = KnownKeys::default();
        let now = DateTime::UNIX_EPOCH;
        known.remember(&Arc::from([]), now);
        assert!(known.recall(now + TimeDelta::minutes(59)).is_some());
        assert!(known.recall(now + TimeDelta::minutes(60)).is_none());
        assert!(known.recall(now - TimeDelta::minutes(1)).is_none());
    }
}
