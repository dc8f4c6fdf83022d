#![doc = include_str!("../README.md")]

mod amazon;
mod callback;
mod connect;
mod error;
mod form;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod http;
mod outside;
mod report;
mod settings;
mod shopify;
mod takealot;
mod token;
mod verdict;
mod xero;

use std::sync::Arc;

use fluxori_domain::{Clock, ports::MarketplaceClient};

pub use error::MarketplaceError;
pub use headers::request_headers;
pub use http::{HttpClient, HttpSettings, ProxyUse, USER_AGENT};
pub use settings::{
    AmazonSettings, ApiVersion, BaseUrl, MarketplaceSettings, Scopes, SellerCentral, ShopUrl,
    ShopifySettings, TakealotSettings, XeroSettings,
};

/// One client for each marketplace, all sharing `http`. Each can reach only the hosts that its settings name.
#[must_use]
pub fn clients(
    settings: &MarketplaceSettings,
    http: &HttpClient,
    clock: &Arc<dyn Clock>,
) -> Vec<Arc<dyn MarketplaceClient>> {
    vec![
        Arc::new(takealot::Takealot::new(
            &settings.takealot,
            http,
            clock.clone(),
        )),
        Arc::new(amazon::Amazon::new(&settings.amazon, http, clock.clone())),
        Arc::new(shopify::Shopify::new(
            &settings.shopify,
            http,
            clock.clone(),
        )),
        Arc::new(xero::Xero::new(&settings.xero, http, clock.clone())),
    ]
}
