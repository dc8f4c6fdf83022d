//! The marketplaces as they are set up here, and the moment at which everything happens.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use fluxori_domain::{Clock, Marketplace, SecretText, ports::MarketplaceClient};
use fluxori_marketplaces::{
    HttpClient, HttpSettings, MarketplaceSettings, ProxyUse, clients, fuzzing::Reply,
};
use futures_util::FutureExt;

/// The secret that Shopify signs with.
pub(crate) const SHOPIFY_SECRET: &str = "canary-shpss-5f2c81d09a";

/// When everything happens: 23 November 2026, noon.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_435_200, 0).expect("it is a time")
}

/// The client of a marketplace, answered by these.
pub(crate) fn client(marketplace: Marketplace, replies: &[Reply]) -> Arc<dyn MarketplaceClient> {
    static HTTP: LazyLock<HttpClient> = LazyLock::new(|| {
        let settings = HttpSettings {
            proxy: ProxyUse::Never,
            ..HttpSettings::default()
        };
        HttpClient::new(&settings).expect("this machine has root certificates")
    });
    let clock: Arc<dyn Clock> = Arc::new(Standing);
    clients(&settings(), &HTTP.answered_by(replies.to_vec()), &clock)
        .into_iter()
        .find(|client| client.marketplace() == marketplace)
        .expect("every marketplace has a client")
}

/// The result of a call that is answered without a network.
pub(crate) fn at_once<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never()
        .expect("an answer from memory is not waited for")
}

fn settings() -> MarketplaceSettings {
    let id = || Some("client-1".to_owned());
    let secret = |text| Some(SecretText::copy_of(text));
    let mut settings = MarketplaceSettings::default();
    settings.amazon.client_id = id();
    settings.amazon.client_secret = secret("canary-lwa-1");
    settings.amazon.client_secret_previous = secret("canary-lwa-0");
    settings.amazon.application_id = Some("amzn1.sp.solution.1".to_owned());
    settings.shopify.client_id = id();
    settings.shopify.client_secret = secret(SHOPIFY_SECRET);
    settings.shopify.scopes = scopes("read_products,write_orders");
    settings.xero.client_id = id();
    settings.xero.client_secret = secret("canary-xero-1");
    settings.xero.scopes = scopes("openid offline_access accounting.transactions");
    settings
}

fn scopes(text: &str) -> fluxori_marketplaces::Scopes {
    text.parse().expect("they are names")
}

/// A clock that stands still.
pub(crate) struct Standing;

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        now()
    }
}
