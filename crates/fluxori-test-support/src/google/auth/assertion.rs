//! JSON web tokens that service accounts sign.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::key;

/// "Token must be a short-lived token (60 minutes)".
const LONGEST: TimeDelta = TimeDelta::minutes(60);
/// By how much clocks may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// A token with a true signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assertion {
    pub(super) key_id: Option<String>,
    pub(super) issuer: String,
    pub(super) audience: Option<String>,
    scopes: Vec<String>,
    issued_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

/// Reads a token; nothing when it is none, or is not signed by the key.
pub(super) fn open(token: &str) -> Option<Assertion> {
    let [head, claims, signed] = token.split('.').collect::<Vec<_>>()[..] else {
        return None;
    };
    let message = &token[..=head.len() + claims.len()];
    let signed = URL_SAFE_NO_PAD.decode(signed).ok()?;
    if !key::has_signed(message.as_bytes(), &signed) {
        return None;
    }
    let (head, claims) = (json(head)?, json(claims)?);
    if head["alg"] != "RS256" {
        return None;
    }
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let time = |name: &str| DateTime::from_timestamp(claims[name].as_i64()?, 0);
    Some(Assertion {
        key_id: text(&head["kid"]),
        issuer: text(&claims["iss"])?,
        audience: text(&claims["aud"]),
        scopes: claims["scope"]
            .as_str()
            .unwrap_or_default()
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect(),
        issued_at: time("iat")?,
        expires_at: time("exp")?,
    })
}

impl Assertion {
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }

    pub(super) const fn has_any_scope(&self) -> bool {
        !self.scopes.is_empty()
    }

    pub(super) fn is_in_time(&self, now: DateTime<Utc>) -> bool {
        self.issued_at <= now + SKEW
            && self.expires_at > now
            && self.expires_at - self.issued_at <= LONGEST + SKEW
    }
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
