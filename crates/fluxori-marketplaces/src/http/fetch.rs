use fluxori_domain::SecretText;
use reqwest::{
    RequestBuilder, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use secrecy::ExposeSecret;
use url::Url;
use zeroize::Zeroizing;

use super::{HttpClient, provider::read_capped};
use crate::MarketplaceError;

impl HttpClient {
    /// Fetches a public document, such as the key set of an identity provider, under the rules of all other calls: no
    /// redirect, no retry, a limit in time and size. Carries no secret, so any host may be asked.
    ///
    /// # Errors
    /// [`MarketplaceError::Fetch`] for everything but a whole answer with status 200.
    pub async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, MarketplaceError> {
        let request = self
            .client
            .get(url.clone())
            .timeout(self.settings.test_timeout);
        let (status, mut body) = answer(request, max_bytes).await?;
        if status != StatusCode::OK {
            return Err(refused("the answer is not 200"));
        }
        Ok(std::mem::take(&mut *body))
    }

    /// Sends a form to an identity provider under the same rules, as a token call: status and body of whatever comes back.
    /// The caller answers for the host; `authorization` is the header of that name.
    ///
    /// # Errors
    /// [`MarketplaceError::Fetch`] when there is no whole answer of at most `max_bytes`.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: into the body and the header of the request, over TLS"
    )]
    pub async fn post_form(
        &self,
        url: &Url,
        form: &SecretText,
        authorization: Option<&SecretText>,
        max_bytes: usize,
    ) -> Result<(u16, Zeroizing<Vec<u8>>), MarketplaceError> {
        let mut request = self
            .client
            .post(url.clone())
            .timeout(self.settings.token_timeout)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.expose_secret().to_owned());
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(authorization.expose_secret())
                .map_err(|_| refused("the credentials do not fit into a header"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let (status, body) = answer(request, max_bytes).await?;
        Ok((status.as_u16(), body))
    }
}

async fn answer(
    request: RequestBuilder,
    max_bytes: usize,
) -> Result<(StatusCode, Zeroizing<Vec<u8>>), MarketplaceError> {
    let mut response = request
        .send()
        .await
        .map_err(|cause| MarketplaceError::Fetch {
            what: "the server did not answer",
            cause: Some(cause.without_url()),
        })?;
    let body = read_capped(&mut response, max_bytes).await;
    let body = body.ok_or(refused("the answer is cut or too large"))?;
    Ok((response.status(), body))
}

const fn refused(what: &'static str) -> MarketplaceError {
    MarketplaceError::Fetch { what, cause: None }
}
