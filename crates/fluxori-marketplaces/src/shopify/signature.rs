//! Shopify signs with our client secret what it sends through browsers, and webhooks.

use base64::{Engine, engine::general_purpose::STANDARD};
use fluxori_domain::{CallbackQuery, SecretText};
use ring::hmac;
use secrecy::ExposeSecret;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::callback::exposed;

/// What a signature in a query does not cover.
const NOT_SIGNED: [&str; 2] = ["hmac", "signature"];

/// Whether `signature`, in lower-case hex, is one of the query under one of the secrets, compared in constant time.
pub(super) fn signs_query(
    secrets: &[SecretText],
    query: &CallbackQuery,
    signature: &SecretText,
) -> bool {
    let signature = exposed(signature);
    let is_lower_case = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower_case
        && hex::decode(signature)
            .is_ok_and(|signature| signs(secrets, message(query).as_bytes(), &signature))
}

/// Whether `signature`, in base64, is one of the body under one of the secrets, compared in constant time.
pub(super) fn signs_body(secrets: &[SecretText], body: &[u8], signature: &str) -> bool {
    STANDARD
        .decode(signature)
        .is_ok_and(|signature| signs(secrets, body, &signature))
}

/// The present secret, then the one before it: Shopify goes on signing with that one for a while after a rotation.
fn signs(secrets: &[SecretText], message: &[u8], signature: &[u8]) -> bool {
    secrets.iter().any(|secret| {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: the key of the signature"
        )]
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        hmac::verify(&key, message, signature).is_ok()
    })
}

/// The signed text: all parameters but the signature, sorted by name, form-encoded, with `%20` for a space. A parameter
/// that came several times is a list, each of whose items is written as `name[]`. Holds the code.
fn message(query: &CallbackQuery) -> Zeroizing<String> {
    let mut parameters: Vec<(&str, bool, &SecretText)> = query
        .iter()
        .filter(|(name, _)| !NOT_SIGNED.contains(name))
        .map(|(name, value)| match name.strip_suffix("[]") {
            Some(list) => (list, true, value),
            None => (name, false, value),
        })
        .collect();
    // Stable: the items of a list stay in their order.
    parameters.sort_by_key(|(name, ..)| *name);
    let mut message = Zeroizing::new(String::new());
    for (name, is_item, value) in &parameters {
        let is_repeated = parameters
            .iter()
            .filter(|(other, ..)| other == name)
            .count()
            > 1;
        if !message.is_empty() {
            message.push('&');
        }
        encode(&mut message, name);
        if *is_item || is_repeated {
            encode(&mut message, "[]");
        }
        message.push('=');
        encode(&mut message, exposed(value));
    }
    message
}

fn encode(message: &mut String, text: &str) {
    for part in byte_serialize(text.as_bytes()) {
        message.push_str(if part == "+" { "%20" } else { part });
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::callback::query;

    fn secrets(texts: &[&str]) -> Vec<SecretText> {
        texts.iter().map(|text| SecretText::copy_of(text)).collect()
    }

    /// The two vectors that Shopify published, with the parameters in another order than they are signed in.
    const OLD: [(&str, &str); 3] = [
        ("shop", "some-shop.myshopify.com"),
        ("timestamp", "1337178173"),
        ("code", "0907a61c0c8d55e99db179b68161bc00"),
    ];
    const OLD_SIGNATURE: &str = "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20";
    const NEW: [(&str, &str); 4] = [
        ("timestamp", "1337178173"),
        ("state", "0.6784241404160823"),
        ("code", "0907a61c0c8d55e99db179b68161bc00"),
        ("shop", "some-shop.myshopify.com"),
    ];
    const NEW_SIGNATURE: &str = "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf";

    fn signed(keys: &[&str], parameters: &[(&str, &str)], signature: &str) -> bool {
        let mut parameters = parameters.to_vec();
        parameters.push(("hmac", signature));
        signs_query(
            &secrets(keys),
            &query(&parameters),
            &SecretText::copy_of(signature),
        )
    }

    #[rstest]
    #[case(&OLD, OLD_SIGNATURE)]
    #[case(&NEW, NEW_SIGNATURE)]
    fn the_published_vectors_hold(#[case] parameters: &[(&str, &str)], #[case] signature: &str) {
        assert!(signed(&["hush"], parameters, signature));
        assert!(
            signed(&["new", "hush"], parameters, signature),
            "the previous secret"
        );
        assert!(!signed(&["new"], parameters, signature));
        assert!(!signed(&[], parameters, signature));
        let with_signature = [parameters, &[("signature", "old style")]].concat();
        assert!(signed(&["hush"], &with_signature, signature));
    }

    #[rstest]
    #[case("")]
    #[case("zz")]
    #[case("700E2DADB827FCC8609E9D5CE208B2E9CDAAB9DF07390D2CBCA10D7C328FC4BF")]
    #[case("700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4be")]
    #[case("700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4")]
    fn another_signature_does_not_fit(#[case] signature: &str) {
        assert!(!signed(&["hush"], &NEW, signature));
    }

    #[test]
    fn nothing_can_be_changed_added_or_left_out() {
        for index in 0..NEW.len() {
            let mut parameters = NEW.to_vec();
            parameters[index].1 = "x";
            assert!(!signed(&["hush"], &parameters, NEW_SIGNATURE));
            parameters.remove(index);
            assert!(!signed(&["hush"], &parameters, NEW_SIGNATURE));
        }
        let more = [&NEW[..], &[("host", "x")]].concat();
        assert!(!signed(&["hush"], &more, NEW_SIGNATURE));
    }

    #[rstest]
    #[case(&[("b", "2"), ("a", "1")], "a=1&b=2")]
    #[case(&[("a", "x y+z&=é~*")], "a=x%20y%2Bz%26%3D%C3%A9%7E*")]
    #[case(&[("host", "YWRtaW4=")], "host=YWRtaW4%3D")]
    #[case(&[("ids[]", "2"), ("ids[]", "1"), ("a", "0")], "a=0&ids%5B%5D=2&ids%5B%5D=1")]
    #[case(&[("ids", "2"), ("ids", "1")], "ids%5B%5D=2&ids%5B%5D=1")]
    #[case(&[("ids[]", "1")], "ids%5B%5D=1")]
    #[case(&[("hmac", "x"), ("signature", "y")], "")]
    fn the_signed_text_is_sorted_and_form_encoded(
        #[case] parameters: &[(&str, &str)],
        #[case] expected: &str,
    ) {
        assert_eq!(*message(&query(parameters)), expected);
    }

    #[test]
    fn a_body_is_signed_byte_for_byte() {
        const SIGNATURE: &str = "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=";
        let keys = secrets(&["new", "hush"]);
        assert!(signs_body(&keys, br#"{"id":1}"#, SIGNATURE));
        assert!(!signs_body(&keys, br#"{"id": 1}"#, SIGNATURE));
        assert!(!signs_body(&keys, br#"{"id":1}"#, "VnKUjZsL"));
        assert!(!signs_body(&keys, br#"{"id":1}"#, "not base64"));
        assert!(!signs_body(&keys[..1], br#"{"id":1}"#, SIGNATURE));
    }
}
