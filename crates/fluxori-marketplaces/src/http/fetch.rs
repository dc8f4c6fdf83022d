use reqwest::StatusCode;
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
        let unreachable = |cause: reqwest::Error| MarketplaceError::Fetch {
            what: "the server did not answer",
            cause: Some(cause.without_url()),
        };
        let refused = |what| MarketplaceError::Fetch { what, cause: None };
        let request = self
            .client
            .get(url.clone())
            .timeout(self.settings.test_timeout);
        let mut response = request.send().await.map_err(unreachable)?;
        if response.status() != StatusCode::OK {
            return Err(refused("the answer is not 200"));
        }
        let body = read_capped(&mut response, max_bytes).await;
        let mut body: Zeroizing<_> = body.ok_or(refused("the answer is cut or too large"))?;
        Ok(std::mem::take(&mut *body))
    }
}
