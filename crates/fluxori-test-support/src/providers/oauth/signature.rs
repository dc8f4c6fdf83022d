//! Shopify's signatures.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;

/// The `hmac` parameter of these decoded query parameters: those named `hmac` and `signature` do not count, the
/// others are sorted by name and encoded, spaces as `%20`.
#[must_use]
pub fn sign_shopify_query(parameters: &[(&str, &str)], secret: &str) -> String {
    let mut sorted: Vec<_> = parameters
        .iter()
        .filter(|(name, _)| !["hmac", "signature"].contains(name))
        .collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut message = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in sorted {
        message.append_pair(name, value);
    }
    let message = message.finish().replace('+', "%20");
    hex::encode(hmac_of(message.as_bytes(), secret))
}

/// The `X-Shopify-Hmac-Sha256` header of a message with this body.
#[must_use]
pub fn sign_shopify_body(body: &[u8], secret: &str) -> String {
    STANDARD.encode(hmac_of(body, secret))
}

fn hmac_of(message: &[u8], secret: &str) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: (&str, &str) = ("code", "0907a61c0c8d55e99db179b68161bc00");
    const SHOP: (&str, &str) = ("shop", "some-shop.myshopify.com");
    const TIMESTAMP: (&str, &str) = ("timestamp", "1337178173");

    #[test]
    fn a_callback_is_signed_as_shopify_publishes_it() {
        assert_eq!(
            sign_shopify_query(&[TIMESTAMP, SHOP, CODE, ("hmac", "x")], "hush"),
            "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20"
        );
        let state = ("state", "0.6784241404160823");
        assert_eq!(
            sign_shopify_query(&[CODE, SHOP, TIMESTAMP, state], "hush"),
            "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"
        );
    }

    #[test]
    fn a_message_is_signed_as_shopify_publishes_it() {
        assert_eq!(
            sign_shopify_body(br#"{"id":1}"#, "hush"),
            "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="
        );
    }
}
