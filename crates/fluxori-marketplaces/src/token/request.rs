use std::{collections::BTreeMap, pin::Pin};

use fluxori_domain::{AuthorisationCode, PkceVerifier, RefreshToken, SecretText};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, HttpRequest,
    HttpResponse, PkceCodeVerifier, RequestTokenError, TokenUrl, basic::BasicClient,
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use secrecy::ExposeSecret;
use url::{Url, form_urlencoded};

use crate::http::{Budget, Exchange, ProviderHttp, ProviderRequest, RequestBody, Trouble};

/// What is asked of a token endpoint.
pub(crate) enum TokenRequest<'a> {
    /// As RFC 6749 writes it: a form, the client's id and secret in it.
    Standard(StandardGrant<'a>),
    /// The same things as a JSON object, for those who read the RFC freely. Its members may be secret.
    Json(Vec<(&'static str, &'a str)>),
    /// A form of these members and the client's id and secret. Its members may be secret.
    Form(Vec<(&'static str, &'a str)>),
}

/// A grant to be spent.
pub(crate) enum StandardGrant<'a> {
    /// New tokens for a refresh token.
    Refresh(&'a RefreshToken),
    /// The first tokens for a code.
    Code {
        code: &'a AuthorisationCode,
        redirect_uri: &'a str,
        verifier: Option<&'a PkceVerifier>,
    },
}

/// Where a request goes and in whose name.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) http: &'a ProviderHttp,
    pub(super) url: &'a Url,
    pub(super) client_id: &'a str,
    pub(super) client_secret: Option<&'a SecretText>,
}

impl TokenRequest<'_> {
    /// Makes the request once.
    pub(super) async fn send(&self, sending: Sending<'_>) -> Exchange {
        match self {
            Self::Standard(grant) => grant.send(sending).await,
            Self::Json(members) => {
                let body = serde_json::to_string(&with_client(members, sending));
                let body = body.expect("texts can be written");
                sending.send("application/json", body).await
            }
            Self::Form(members) => {
                let body = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(with_client(members, sending))
                    .finish();
                sending
                    .send("application/x-www-form-urlencoded", body)
                    .await
            }
        }
    }
}

impl StandardGrant<'_> {
    /// Lets `oauth2` write the request, and takes the answer past it unread: its errors keep neither status nor headers,
    /// but they do keep the body, which may hold tokens.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: goes into the body of one request to the token endpoint"
    )]
    async fn send(&self, sending: Sending<'_>) -> Exchange {
        let mut client = BasicClient::new(ClientId::new(sending.client_id.to_owned()))
            .set_token_uri(TokenUrl::from_url(sending.url.clone()))
            // Every marketplace takes the secret in the body, so one way is enough.
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = sending.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        let past = Past(sending.http);
        let result = match self {
            Self::Refresh(token) => {
                let token = oauth2::RefreshToken::new(token.expose_secret().to_owned());
                let request = client.exchange_refresh_token(&token);
                request.request_async(&past).await
            }
            Self::Code {
                code,
                redirect_uri,
                verifier,
            } => {
                let code = AuthorizationCode::new(code.expose_secret().to_owned());
                let mut request = client
                    .exchange_code(code)
                    .add_extra_param("redirect_uri", *redirect_uri);
                if let Some(verifier) = verifier {
                    let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
                    request = request.set_pkce_verifier(verifier);
                }
                request.request_async(&past).await
            }
        };
        match result {
            Err(RequestTokenError::Request(Answered(exchange))) => exchange,
            // Nothing was sent: the address is none that a request can carry.
            _ => Exchange::refused(Trouble::HostNotAllowed),
        }
    }
}

/// Sends what `oauth2` wrote through our own client, and hands every answer out as an error.
struct Past<'a>(&'a ProviderHttp);

impl<'c> AsyncHttpClient<'c> for Past<'_> {
    type Error = Answered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Answered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { Err(Answered(self.0.send(form(request)).await)) })
    }
}

/// An answer on its way past `oauth2`.
#[derive(Debug, thiserror::Error)]
#[error("the token endpoint was asked")]
struct Answered(Exchange);

fn form(request: HttpRequest) -> ProviderRequest {
    let (parts, body) = request.into_parts();
    ProviderRequest {
        method: parts.method,
        url: Url::parse(&parts.uri.to_string()).expect("it was made from an address"),
        headers: parts.headers,
        body: RequestBody::text(String::from_utf8(body).expect("forms are ASCII")),
        budget: Budget::Token,
    }
}

impl Sending<'_> {
    async fn send(&self, content_type: &'static str, body: String) -> Exchange {
        let content_type = HeaderValue::from_static(content_type);
        self.http
            .send(ProviderRequest {
                method: Method::POST,
                url: self.url.clone(),
                headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
                body: RequestBody::text(body),
                budget: Budget::Token,
            })
            .await
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: goes into the body of one request to the token endpoint"
)]
fn with_client<'a>(
    members: &[(&'static str, &'a str)],
    sending: Sending<'a>,
) -> BTreeMap<&'static str, &'a str> {
    let secret = sending
        .client_secret
        .map(|secret| ("client_secret", secret.expose_secret()));
    members
        .iter()
        .copied()
        .chain([("client_id", sending.client_id)])
        .chain(secret)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HttpClient, HttpSettings, http::Gate};

    #[test]
    fn the_clients_own_members_go_beside_the_others() {
        let http = HttpClient::new(&HttpSettings::default()).unwrap();
        let secret = SecretText::copy_of("s");
        let sending = Sending {
            http: &http.confined_to(Gate::to([])),
            url: &Url::parse("https://a.example/token").unwrap(),
            client_id: "id",
            client_secret: Some(&secret),
        };
        let members = with_client(&[("token", "Atzr|a")], sending);
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(members)
            .finish();
        assert_eq!(form, "client_id=id&client_secret=s&token=Atzr%7Ca");
    }

    #[test]
    fn what_oauth2_writes_is_sent_as_it_is() {
        let request = oauth2::http::Request::post("https://a.example/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(b"refresh_token=Atzr%7Ca".to_vec())
            .unwrap();
        let sent = form(request);
        assert_eq!(sent.url.as_str(), "https://a.example/token");
        assert_eq!(sent.headers.len(), 1);
        assert!(!format!("{sent:?}").contains("Atzr"));
    }
}
