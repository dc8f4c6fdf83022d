//! Messages that a shop pushes, signed.

use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{
    http, keys,
    oauth::{make_hex, sign_shopify_body},
};

/// A message to an application. A test may change every part before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopifyWebhook {
    /// The topic, as `app/uninstalled`.
    pub topic: String,
    /// The shop it is about.
    pub shop: String,
    /// Shopify's name of this delivery.
    pub id: String,
    /// When it happened.
    pub triggered_at: DateTime<Utc>,
    /// The body, which is signed byte for byte.
    pub body: String,
    /// What it is signed with.
    pub secret: String,
}

impl ShopifyWebhook {
    /// A message as Shopify sends it, signed with the application's present secret.
    #[must_use]
    pub fn new(topic: &str, shop: &str, triggered_at: DateTime<Utc>) -> Self {
        Self {
            topic: topic.to_owned(),
            shop: shop.to_owned(),
            id: format!("delivery-{}", make_hex::<8>()),
            triggered_at,
            body: body(topic, shop).to_string(),
            secret: keys::SHOPIFY_CLIENT_SECRET.to_owned(),
        }
    }

    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let triggered_at = self
            .triggered_at
            .to_rfc3339_opts(SecondsFormat::Nanos, true);
        let signature = sign_shopify_body(self.body.as_bytes(), &self.secret);
        vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Shopify-Captain-Hook".to_owned()),
            ("x-shopify-topic", self.topic.clone()),
            ("x-shopify-shop-domain", self.shop.clone()),
            ("x-shopify-api-version", "2026-10".to_owned()),
            ("x-shopify-webhook-id", self.id.clone()),
            ("x-shopify-event-id", format!("event-of-{}", self.id)),
            ("x-shopify-triggered-at", triggered_at),
            ("x-shopify-hmac-sha256", signature),
        ]
    }

    /// Sends it to an `http://` address on this machine and returns the status. Blocks meanwhile.
    ///
    /// # Errors
    /// When nobody answers there.
    pub fn send(&self, address: &str) -> io::Result<u16> {
        let headers = self.headers();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        http::send("POST", address, &headers, self.body.as_bytes()).map(|answer| answer.status)
    }
}

fn body(topic: &str, shop: &str) -> Value {
    match topic {
        "app/uninstalled" => json!({
            "id": 900_000_001, "name": "Simulated Shop", "domain": shop, "myshopify_domain": shop,
            "email": "canary.person@example.com",
        }),
        "shop/redact" => json!({"shop_id": 900_000_001, "shop_domain": shop}),
        _ => json!({
            "shop_id": 900_000_001, "shop_domain": shop,
            "customer": {"id": 1, "email": "canary.person@example.com", "phone": "555-0100"},
            "orders_requested": [], "orders_to_redact": [],
        }),
    }
}
