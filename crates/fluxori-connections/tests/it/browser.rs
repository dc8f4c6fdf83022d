//! A seller's browser: goes to the consent page, and brings back what it was sent with.

use fluxori_connections::{
    Authorisation, AuthoriseRequest, BrowserBinding, CallbackEnd, ConnectionError, Connections,
    ConsentResult,
};
use fluxori_domain::{CallbackQuery, Caller, Connection, ConnectionId, Marketplace, SecretText};
use fluxori_test_support::providers::{Decision, consent, keys};
use secrecy::ExposeSecret;
use url::Url;

use crate::world::{World, ada, form};

/// What a seller fills in for each marketplace.
pub(crate) fn fields(marketplace: Marketplace) -> Vec<(&'static str, &'static str)> {
    match marketplace {
        Marketplace::Amazon => vec![("region", "eu"), ("country", "ZA")],
        Marketplace::Shopify => vec![("shop", keys::SHOPIFY_SHOP)],
        Marketplace::Xero | Marketplace::Takealot => vec![],
    }
}

pub(crate) fn wish(marketplace: Marketplace) -> AuthoriseRequest {
    AuthoriseRequest {
        marketplace,
        form: form(&fields(marketplace)),
        label: None,
        make_default: false,
        return_to: None,
    }
}

/// Decides at the consent page; where the browser is sent back to.
pub(crate) async fn decide(authorisation: &Authorisation, decision: Decision) -> Url {
    let url = authorisation.url.clone();
    let back = tokio::task::spawn_blocking(move || consent(&url, &decision)).await;
    back.unwrap().unwrap().parse().unwrap()
}

/// The parameters of an address, as a server decodes them.
pub(crate) fn query(address: &Url) -> CallbackQuery {
    let decoded = address.query_pairs();
    CallbackQuery::new(
        decoded
            .map(|(name, value)| (name.into_owned(), SecretText::new(value.into_owned())))
            .collect(),
    )
}

/// The same binding, as it comes back in a cookie.
#[expect(clippy::disallowed_methods, reason = "EXPOSE: plays the browser")]
pub(crate) fn same(browser: &BrowserBinding) -> Option<BrowserBinding> {
    BrowserBinding::parse(browser.to_cookie().expose_secret())
}

pub(crate) async fn come_back(
    connections: &Connections,
    marketplace: Marketplace,
    address: &Url,
    browser: Option<BrowserBinding>,
) -> CallbackEnd {
    let service = ada().service;
    connections
        .finish_consent(&service, marketplace, query(address), browser)
        .await
}

impl World {
    pub(crate) async fn leave(
        &self,
        request: AuthoriseRequest,
    ) -> Result<Authorisation, ConnectionError> {
        self.connections.authorise(&ada(), request, None).await
    }

    /// The whole way through the browser.
    pub(crate) async fn consented(
        &self,
        caller: &Caller,
        marketplace: Marketplace,
        decision: Decision,
    ) -> ConsentResult {
        let request = wish(marketplace);
        let left = self
            .connections
            .authorise(caller, request, None)
            .await
            .unwrap();
        let back = decide(&left, decision).await;
        come_back(&self.connections, marketplace, &back, same(&left.browser))
            .await
            .result
    }

    /// The same, when it must end well.
    pub(crate) async fn connected(
        &self,
        marketplace: Marketplace,
        decision: Decision,
    ) -> Vec<Connection> {
        let ids = match self.consented(&ada(), marketplace, decision).await {
            ConsentResult::Connected(ids) => ids,
            other => panic!("{marketplace}: {other:?}"),
        };
        self.by_ids(&ids).await
    }

    /// Goes to renew a consent, and back.
    pub(crate) async fn reconsented(&self, id: ConnectionId, decision: Decision) -> ConsentResult {
        let connection = self.connections.find(&ada().scope, id).await.unwrap();
        let left = self
            .connections
            .reauthorise(&ada(), id, None, None)
            .await
            .unwrap();
        let back = decide(&left, decision).await;
        let browser = same(&left.browser);
        come_back(&self.connections, connection.marketplace, &back, browser)
            .await
            .result
    }

    pub(crate) async fn by_ids(&self, ids: &[ConnectionId]) -> Vec<Connection> {
        let mut found = Vec::new();
        for id in ids {
            found.push(self.connections.find(&ada().scope, *id).await.unwrap());
        }
        found
    }
}
