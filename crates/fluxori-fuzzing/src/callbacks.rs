use std::collections::BTreeMap;

use fluxori_api::fuzzing::callback;
use fluxori_domain::{
    CallbackQuery, CredentialForm, Marketplace, SecretText,
    ports::{CallbackAnswer, ConsentClient},
};
use ring::hmac;
use secrecy::ExposeSecret;
use url::form_urlencoded::byte_serialize;

use crate::{
    silence::{assert_silent, assert_silent_error},
    sites::{SHOPIFY_SECRET, client, now},
};

/// The query with which a browser comes back, or comes at first, read for every marketplace: nothing is printed of it, what
/// is taken for an answer has what an answer needs, and Shopify's only where Shopify signed it.
///
/// An input that has `hmac=sign` in it is signed first, so that what lies behind the signature is met as well.
pub fn callback_query(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let signed = signed(text);
    let is_signed = signed.is_some();
    let query = callback(signed.as_deref().unwrap_or(text));
    assert_names_only(&query);
    for marketplace in [Marketplace::Amazon, Marketplace::Shopify, Marketplace::Xero] {
        let client = client(marketplace, &[]);
        let consents = client
            .consent()
            .expect("sellers connect there in the browser");
        let must_be_signed = marketplace == Marketplace::Shopify;
        let answered = answer(consents, &query);
        let started = start(consents, &query);
        assert!(
            is_signed || !must_be_signed || !(answered || started),
            "nobody signed it, and it is believed"
        );
    }
}

/// Reads it as an answer; whether it was one.
fn answer(consents: &dyn ConsentClient, query: &CallbackQuery) -> bool {
    match consents.read_callback(query, now()) {
        Ok(CallbackAnswer::Granted { code, claims }) => {
            assert!(sendable(exposed(&code)));
            assert!(claims.values().all(|claim| sendable(claim)));
            true
        }
        Ok(CallbackAnswer::Denied) => true,
        Err(problem) => {
            assert_silent_error(&problem);
            false
        }
    }
}

/// Reads it as a start; whether it was one. What it fills in is then taken by the form.
fn start(consents: &dyn ConsentClient, query: &CallbackQuery) -> bool {
    match consents.read_start(query, now()) {
        Some(Ok(fields)) => {
            target(consents, fields);
            true
        }
        Some(Err(problem)) => {
            assert_silent_error(&problem);
            false
        }
        None => false,
    }
}

fn target(consents: &dyn ConsentClient, fields: BTreeMap<String, String>) {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name, SecretText::new(value)));
    match consents.target(&CredentialForm::new(fields.collect())) {
        Ok(target) => assert!(target.0.values().all(|part| sendable(part))),
        Err(error) => assert_silent_error(&error),
    }
}

/// The query as Shopify would sign it now, where it asks for that.
fn signed(text: &str) -> Option<String> {
    const HERE: &str = "hmac=sign";
    let (before, behind) = text.split_once(HERE)?;
    let text = format!("{before}{behind}&timestamp={}", now().timestamp());
    let query = callback(&text);
    let mut parameters: Vec<(&str, &str)> = query
        .iter()
        .filter(|(name, _)| !["hmac", "signature"].contains(name))
        .map(|(name, value)| (name, exposed(value)))
        .collect();
    parameters.sort_by_key(|(name, _)| *name);
    let encode = |text: &str| {
        let encoded: String = byte_serialize(text.as_bytes()).collect();
        encoded.replace('+', "%20")
    };
    let message: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SHOPIFY_SECRET.as_bytes());
    let signature = hmac::sign(&key, message.join("&").as_bytes());
    Some(format!("{text}&hmac={}", hex::encode(signature.as_ref())))
}

fn assert_names_only(query: &CallbackQuery) {
    let names: Vec<&str> = query.iter().map(|(name, _)| name).collect();
    assert_eq!(format!("{query:?}"), format!("{names:?}"));
    if !names
        .iter()
        .any(|name| name.to_ascii_lowercase().contains("canary-"))
    {
        assert_silent(&format!("{query:?}"));
    }
}

/// Fit for an address, a header or a form.
fn sendable(text: &str) -> bool {
    !text.is_empty() && text.len() <= 2048 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: looked at, in a test")]
fn exposed(secret: &impl ExposeSecret<str>) -> &str {
    secret.expose_secret()
}
