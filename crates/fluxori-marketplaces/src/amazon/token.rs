use std::time::Duration;

use fluxori_domain::{RefreshToken, SecretText};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::{
    Amazon,
    application::Application,
    token_answer::{Bought, NotBought, classify},
};
use crate::{
    http::{Budget, ProviderRequest, RequestBody},
    verdict::Verdict,
};

const FORM: HeaderValue =
    HeaderValue::from_static("application/x-www-form-urlencoded;charset=UTF-8");

impl Amazon {
    /// Spends no grant: Amazon's refresh tokens do not rotate. Tries the previous client secret once when the present
    /// one is refused, for a new secret takes a while to be known everywhere.
    pub(super) async fn buy_access_token(
        &self,
        application: &Application,
        refresh_token: &RefreshToken,
    ) -> (Result<Bought, NotBought>, Duration) {
        let mut spent = Duration::ZERO;
        let mut result = Err(NotBought::ClientRefused);
        for secret in &application.client_secrets {
            let took;
            (result, took) = self
                .buy_as(&application.client_id, secret, refresh_token)
                .await;
            spent += took;
            if !matches!(result, Err(NotBought::ClientRefused)) {
                break;
            }
        }
        (result, spent)
    }

    async fn buy_as(
        &self,
        client_id: &str,
        client_secret: &SecretText,
        refresh_token: &RefreshToken,
    ) -> (Result<Bought, NotBought>, Duration) {
        let asked_at = self.clock.now();
        let exchange = self
            .http
            .send(ProviderRequest {
                method: Method::POST,
                url: self.lwa_url.join("/auth/o2/token"),
                headers: HeaderMap::from_iter([(CONTENT_TYPE, FORM)]),
                body: body(client_id, client_secret, refresh_token),
                budget: Budget::Token,
            })
            .await;
        let result = match exchange.answer {
            Ok(answer) => classify(&answer, asked_at, self.clock.now()),
            Err(trouble) => Err(NotBought::Other(Verdict::from(trouble))),
        };
        (result, exchange.latency)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: goes into the body of one request to the token endpoint"
)]
fn body(client_id: &str, client_secret: &SecretText, refresh_token: &RefreshToken) -> RequestBody {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", refresh_token.expose_secret())
        .append_pair("client_id", client_id)
        .append_pair("client_secret", client_secret.expose_secret())
        .finish();
    RequestBody::text(form)
}
