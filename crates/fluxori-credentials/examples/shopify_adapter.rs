//! An adapter for Shopify, as small as it can be: asks in GraphQL, at the shop's own address.
//!
//! Run it against the demo: `cargo xtask demo` prints how.

#[path = "support/mod.rs"]
mod support;

use anyhow::Context;
use fluxori_credentials::Marketplace;

const QUERY: &str = "{ shop { id name myshopifyDomain primaryDomain { host } currencyCode ianaTimezone } \
                     currentAppInstallation { id accessScopes { handle } } }";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::run(Marketplace::Shopify, "shop profile", |http, credentials| {
        let shop = credentials
            .shop_domain()
            .context("a Shopify credential has a shop")?;
        let base = support::base_url("SHOPIFY_BASE_URL", "https://{shop}");
        let base = base.replace("{shop}", shop.as_str());
        let question = serde_json::json!({ "query": QUERY });
        Ok(http
            .post(format!("{base}/admin/api/2026-10/graphql.json"))
            .json(&question))
    })
    .await
}
