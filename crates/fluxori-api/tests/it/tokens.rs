//! Access tokens, good and bad.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};

/// The secret under which the server of a test checks tokens.
pub(crate) const SECRET: &str = "canary-jwt-secret-0123456789abcdef";

/// Base64url of a JSON value.
pub(crate) fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The claims of a usual token at `now`.
pub(crate) fn claims(user: &str, organization: &str, now: DateTime<Utc>) -> Value {
    json!({"sub": user, "org_id": organization, "exp": now.timestamp() + 300})
}

/// A token signed by HS256.
pub(crate) fn hs256(secret: &str, claims: &Value) -> String {
    hs256_with(secret, &json!({"alg": "HS256", "typ": "JWT"}), claims)
}

/// The same with another header.
pub(crate) fn hs256_with(secret: &str, header: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
