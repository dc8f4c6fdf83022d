//! An adapter for Xero, as small as it can be: the tenant goes into a header of every request.
//!
//! Run it against the demo: `cargo xtask demo` prints how.

#[path = "support/mod.rs"]
mod support;

use fluxori_credentials::Marketplace;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::run(Marketplace::Xero, "organisation profile", |http, _| {
        let base = support::base_url("XERO_API_URL", "https://api.xero.com");
        Ok(http.get(format!("{base}/api.xro/2.0/Organisation")))
    })
    .await
}
