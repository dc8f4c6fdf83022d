use base64::{Engine, engine::general_purpose::STANDARD};
use fluxori_domain::{
    Marketplace,
    ports::{WebhookEvent, WebhookProblem, WebhookRequest},
};
use ring::hmac;

use crate::{
    silence::assert_silent_error,
    sites::{SHOPIFY_SECRET, client},
};

/// What Shopify may push: headers, an empty line, the body. Nothing is believed that Shopify did not sign, as it came; the
/// same with a good signature is read, or refused, but never as forged.
pub fn webhook(input: &[u8]) {
    let at = input.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match at {
        Some(at) => (&input[..at], &input[at + 2..]),
        None => (input, &b""[..]),
    };
    let head = String::from_utf8_lossy(head);
    let headers: Vec<(String, &str)> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SHOPIFY_SECRET.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, body));

    let is_signature = |name: &str| name.ends_with("-hmac-sha256");
    let sent = |name: &str| {
        let mut values = headers.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some((*value).to_owned()),
            _ => None,
        }
    };
    let is_signed = headers
        .iter()
        .any(|(name, value)| is_signature(name) && *value == signature);
    if let Some(event) = read(&sent, body) {
        assert!(is_signed, "nobody signed it, and it is believed");
        check(&event);
    }

    let signed = |name: &str| match sent(name) {
        Some(_) if is_signature(name) => Some(signature.clone()),
        other => other,
    };
    let has_one = ["x-shopify-hmac-sha256", "shopify-hmac-sha256"]
        .iter()
        .any(|name| sent(name).is_some());
    match read_or_refuse(&signed, body) {
        Ok(event) => check(&event),
        Err(problem) => assert!(!has_one || problem != WebhookProblem::Forged),
    }
}

fn read(header: &(dyn Fn(&str) -> Option<String> + Sync), body: &[u8]) -> Option<WebhookEvent> {
    read_or_refuse(header, body).ok()
}

fn read_or_refuse(
    header: &(dyn Fn(&str) -> Option<String> + Sync),
    body: &[u8],
) -> Result<WebhookEvent, WebhookProblem> {
    let request = WebhookRequest { header, body };
    let read = client(Marketplace::Shopify, &[])
        .webhook(request)
        .expect("Shopify pushes");
    if let Err(problem) = &read {
        assert_silent_error(problem);
    }
    read
}

/// It can be remembered: its name is short, and nothing but a name.
fn check(event: &WebhookEvent) {
    assert!((1..=100).contains(&event.id.len()));
    assert!(event.id.bytes().all(|byte| byte.is_ascii_graphic()));
}
