use async_trait::async_trait;
use fluxori_api::{FormAnswer, IdentityForm, IdentityHttp, IdentityHttpError};
use fluxori_credentials::HttpClient;
use url::Url;

/// The program's one HTTP client, for the identity provider.
pub(crate) struct SharedClient(pub(crate) HttpClient);

#[async_trait]
impl IdentityHttp for SharedClient {
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
        let IdentityForm {
            body,
            authorization,
            max_bytes,
        } = form;
        let sent = self
            .0
            .post_form(url, &body, authorization.as_ref(), max_bytes)
            .await;
        match sent {
            Ok((status, body)) => Ok(FormAnswer { status, body }),
            Err(cause) => Err(IdentityHttpError {
                cause: cause.into(),
            }),
        }
    }
}
