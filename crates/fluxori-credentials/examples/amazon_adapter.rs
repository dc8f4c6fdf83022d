//! An adapter for Amazon, as small as it can be: the region decides where it asks.
//!
//! Run it against the demo: `cargo xtask demo` prints how.

#[path = "support/mod.rs"]
mod support;

use anyhow::Context;
use fluxori_credentials::{AmazonRegion, Marketplace};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::run(
        Marketplace::Amazon,
        "participations",
        |http, credentials| {
            let region = credentials
                .region()
                .context("an Amazon credential has a region")?;
            let (variable, host) = match region {
                AmazonRegion::NorthAmerica => ("AMAZON_SP_API_NA_URL", "sellingpartnerapi-na"),
                AmazonRegion::Europe => ("AMAZON_SP_API_EU_URL", "sellingpartnerapi-eu"),
                AmazonRegion::FarEast => ("AMAZON_SP_API_FE_URL", "sellingpartnerapi-fe"),
            };
            let base = support::base_url(variable, &format!("https://{host}.amazon.com"));
            Ok(http.get(format!("{base}/sellers/v1/marketplaceParticipations")))
        },
    )
    .await
}
