//! The shared HTTP client, as the program hands it to the API.

use async_trait::async_trait;
use fluxori_api::{FormAnswer, IdentityForm, IdentityHttp, IdentityHttpError};
use fluxori_marketplaces::HttpClient;
use reqwest::Url;

pub(crate) struct Wire(pub(crate) HttpClient);

#[async_trait]
impl IdentityHttp for Wire {
    async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, IdentityHttpError> {
        let fetched = self.0.fetch(url, max_bytes).await;
        fetched.map_err(|cause| IdentityHttpError {
            cause: cause.into(),
        })
    }

    async fn post_form(
        &self,
        url: &Url,
        form: IdentityForm,
    ) -> Result<FormAnswer, IdentityHttpError> {
        let authorization = form.authorization.as_ref();
        let sent = self
            .0
            .post_form(url, &form.body, authorization, form.max_bytes)
            .await;
        sent.map(|(status, body)| FormAnswer { status, body })
            .map_err(|cause| IdentityHttpError {
                cause: cause.into(),
            })
    }
}
