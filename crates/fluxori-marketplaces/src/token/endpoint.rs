use std::time::Duration;

use fluxori_domain::Clock;
use url::Url;

use super::{
    Application, Bought, Dialect, NotBought, TokenRequest, answer::classify, request::Sending,
};
use crate::{http::ProviderHttp, verdict::Verdict};

/// Where tokens are bought.
pub(crate) struct TokenEndpoint<'a> {
    pub(crate) http: &'a ProviderHttp,
    pub(crate) url: Url,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) dialect: &'static Dialect,
}

impl TokenEndpoint<'_> {
    /// Spends a grant: one request, or a second one with the previous client secret when the present one is refused, for
    /// a new secret takes a while to be known everywhere. A refused client spends no grant. Also says how long it took.
    pub(crate) async fn buy(
        &self,
        application: &Application,
        request: &TokenRequest<'_>,
    ) -> (Result<Bought, NotBought>, Duration) {
        let secrets = application.client_secrets();
        let (mut result, mut spent) = self.buy_once(application, 0, request).await;
        if matches!(result, Err(NotBought::ClientRefused)) && secrets.len() > 1 {
            let (second, took) = self.buy_once(application, 1, request).await;
            result = second;
            spent += took;
        }
        (result, spent)
    }

    async fn buy_once(
        &self,
        application: &Application,
        secret: usize,
        request: &TokenRequest<'_>,
    ) -> (Result<Bought, NotBought>, Duration) {
        let asked_at = self.clock.now();
        let exchange = request
            .send(Sending {
                http: self.http,
                url: &self.url,
                client_id: application.client_id(),
                client_secret: application.client_secrets().get(secret),
            })
            .await;
        let result = match exchange.answer {
            Ok(answer) => classify(&answer, self.dialect, asked_at, self.clock.now()),
            Err(trouble) => Err(NotBought::Other(Verdict::from(trouble))),
        };
        (result, exchange.latency)
    }
}
