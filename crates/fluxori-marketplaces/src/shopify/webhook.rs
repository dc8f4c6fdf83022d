use chrono::DateTime;
use fluxori_domain::{
    SecretText, ShopDomain,
    ports::{WebhookEvent, WebhookProblem, WebhookRequest, WebhookTopic},
};

use super::{parse::account_id, signature::signs_body};
use crate::outside::code;

/// What the headers are called, but for their prefix.
const SIGNATURE: &str = "hmac-sha256";
const TOPIC: &str = "topic";
const SHOP: &str = "shop-domain";
const TRIGGERED_AT: &str = "triggered-at";

/// The two ways in which Shopify delivers: webhooks, and events, which are to replace them topic by topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Webhook,
    Event,
}

impl Delivery {
    /// Told by the signature. Events may bring the headers of webhooks along, webhooks never those of events.
    fn of(request: WebhookRequest<'_>) -> Option<(Self, String)> {
        [Self::Event, Self::Webhook]
            .into_iter()
            .find_map(|delivery| Some((delivery, delivery.header(request, SIGNATURE)?)))
    }

    fn header(self, request: WebhookRequest<'_>, name: &str) -> Option<String> {
        let prefix = match self {
            Self::Webhook => "x-shopify-",
            Self::Event => "shopify-",
        };
        (request.header)(&format!("{prefix}{name}"))
    }

    /// What names the delivery.
    fn id(self, request: WebhookRequest<'_>) -> Option<String> {
        match self {
            Self::Webhook => self.header(request, "webhook-id"),
            // Shopify's documents name the first, its own libraries ask for the second.
            Self::Event => {
                let name = |name| self.header(request, name);
                name("webhook-id").or_else(|| name("event-id"))
            }
        }
    }
}

/// Reads a webhook: its signature first, over the body as it came, and then its headers. The body itself says nothing
/// that we need.
pub(super) fn read(
    request: WebhookRequest<'_>,
    secrets: &[SecretText],
) -> Result<WebhookEvent, WebhookProblem> {
    let (delivery, signature) = Delivery::of(request).ok_or(WebhookProblem::Forged)?;
    if !signs_body(secrets, request.body, signature.trim()) {
        return Err(WebhookProblem::Forged);
    }
    let header = |name| {
        let value = delivery.header(request, name);
        value.ok_or(WebhookProblem::Malformed)
    };
    let topic = topic_of(&header(TOPIC)?).ok_or(WebhookProblem::UnknownTopic)?;
    let shop = ShopDomain::new(header(SHOP)?.to_ascii_lowercase())
        .map_err(|_| WebhookProblem::Malformed)?;
    let triggered_at = DateTime::parse_from_rfc3339(header(TRIGGERED_AT)?.trim())
        .map_err(|_| WebhookProblem::Malformed)?;
    let id = delivery.id(request).ok_or(WebhookProblem::Malformed)?;
    Ok(WebhookEvent {
        id: code(&id).ok_or(WebhookProblem::Malformed)?,
        topic,
        account: account_id(&shop),
        triggered_at: triggered_at.to_utc(),
    })
}

fn topic_of(name: &str) -> Option<WebhookTopic> {
    Some(match name {
        "app/uninstalled" => WebhookTopic::Uninstalled,
        "shop/redact" => WebhookTopic::EraseAccount,
        "customers/redact" | "customers/data_request" => WebhookTopic::CustomerData,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const BODY: &[u8] = br#"{"id":1}"#;

    const HEADERS: [(&str, &str); 5] = [
        (
            "x-shopify-hmac-sha256",
            "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=",
        ),
        ("x-shopify-topic", "app/uninstalled"),
        ("x-shopify-shop-domain", "some-shop.myshopify.com"),
        (
            "x-shopify-webhook-id",
            "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        ),
        ("x-shopify-triggered-at", "2026-11-23T10:00:00.123456789Z"),
    ];

    fn read_with(
        headers: &[(&str, &str)],
        body: &[u8],
        key: &str,
    ) -> Result<WebhookEvent, WebhookProblem> {
        let header = |name: &str| {
            let found = headers.iter().find(|(known, _)| *known == name)?;
            Some(found.1.to_owned())
        };
        let request = WebhookRequest {
            header: &header,
            body,
        };
        read(
            request,
            &[SecretText::copy_of("new"), SecretText::copy_of(key)],
        )
    }

    #[rstest]
    #[case("app/uninstalled", Ok(WebhookTopic::Uninstalled))]
    #[case("shop/redact", Ok(WebhookTopic::EraseAccount))]
    #[case("customers/redact", Ok(WebhookTopic::CustomerData))]
    #[case("customers/data_request", Ok(WebhookTopic::CustomerData))]
    #[case("orders/create", Err(WebhookProblem::UnknownTopic))]
    fn a_topic_is_known_or_not(
        #[case] topic: &'static str,
        #[case] expected: Result<WebhookTopic, WebhookProblem>,
    ) {
        let mut headers = HEADERS;
        headers[1].1 = topic;
        let event = read_with(&headers, BODY, "hush");
        assert_eq!(event.map(|event| event.topic), expected);
    }

    #[test]
    fn a_message_says_which_shop_and_when() {
        let event = read_with(&HEADERS, BODY, "hush").unwrap();
        assert_eq!(event.account.as_str(), "some-shop.myshopify.com");
        assert_eq!(event.id, HEADERS[3].1);
        assert_eq!(event.triggered_at.timestamp(), 1_795_428_000);
    }

    /// The same message as an event.
    fn as_event() -> [(&'static str, &'static str); 5] {
        HEADERS.map(|(name, value)| (name.strip_prefix("x-").unwrap(), value))
    }

    #[test]
    fn an_event_says_the_same_without_the_x() {
        let as_webhook = read_with(&HEADERS, BODY, "hush").unwrap();
        let mut headers = as_event();
        assert_eq!(read_with(&headers, BODY, "hush").unwrap(), as_webhook);
        headers[3].0 = "shopify-event-id";
        assert_eq!(read_with(&headers, BODY, "hush").unwrap(), as_webhook);
        headers[3].0 = "x-shopify-webhook-id";
        assert_eq!(
            read_with(&headers, BODY, "hush").unwrap_err(),
            WebhookProblem::Malformed
        );
    }

    #[test]
    fn an_event_that_brings_the_headers_of_a_webhook_is_read_as_an_event() {
        let mut both = [HEADERS, as_event()].concat();
        both[1].1 = "shop/redact";
        let event = read_with(&both, BODY, "hush").unwrap();
        assert_eq!(event.topic, WebhookTopic::Uninstalled);
        both[5].1 = "forged";
        assert_eq!(
            read_with(&both, BODY, "hush").unwrap_err(),
            WebhookProblem::Forged
        );
    }

    #[test]
    fn a_message_that_is_not_signed_is_forged_whatever_else_it_says() {
        assert_eq!(
            read_with(&HEADERS[1..], BODY, "hush").unwrap_err(),
            WebhookProblem::Forged
        );
        assert_eq!(
            read_with(&HEADERS, b"{}", "hush").unwrap_err(),
            WebhookProblem::Forged
        );
        assert_eq!(
            read_with(&HEADERS, BODY, "other").unwrap_err(),
            WebhookProblem::Forged
        );
    }

    #[rstest]
    #[case(2, "evil.example")]
    #[case(3, "")]
    #[case(3, "a b")]
    #[case(4, "yesterday")]
    fn a_signed_message_with_a_strange_header_is_malformed(
        #[case] index: usize,
        #[case] value: &'static str,
    ) {
        let mut headers = HEADERS;
        headers[index].1 = value;
        assert_eq!(
            read_with(&headers, BODY, "hush").unwrap_err(),
            WebhookProblem::Malformed
        );
        headers[index].0 = "x-other";
        assert_eq!(
            read_with(&headers, BODY, "hush").unwrap_err(),
            WebhookProblem::Malformed
        );
    }
}
