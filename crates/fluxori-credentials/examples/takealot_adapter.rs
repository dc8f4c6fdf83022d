//! An adapter for Takealot, as small as it can be.
//!
//! Run it against the demo: `cargo xtask demo` prints how.

#[path = "support/mod.rs"]
mod support;

use fluxori_credentials::Marketplace;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::run(Marketplace::Takealot, "seller profile", |http, _| {
        let base = support::base_url(
            "TAKEALOT_MARKETPLACE_URL",
            "https://marketplace-api.takealot.com",
        );
        Ok(http.get(format!("{base}/v1/seller")))
    })
    .await
}
