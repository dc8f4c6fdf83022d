//! What the API needs from the program around it.

use std::{borrow::Cow, error::Error, fmt};

use async_trait::async_trait;
use fluxori_domain::SecretText;
use url::Url;
use zeroize::Zeroizing;

/// A part of the installation that does not work at the moment.
#[derive(Debug, thiserror::Error)]
#[error("{part} is not ready")]
pub struct NotReady {
    /// Which part, as the beginning of a sentence: `the database`.
    pub part: &'static str,
    /// Why, for the log.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

/// Tells whether requests can be served: asked by `/readyz`.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks everything that a request needs.
    ///
    /// # Errors
    /// [`NotReady`], the first part that is not.
    async fn check(&self) -> Result<(), NotReady>;
}

/// The identity provider could not be asked. What was received is not in it.
#[derive(Debug, thiserror::Error)]
#[error("the identity provider could not be asked")]
pub struct IdentityHttpError {
    /// Why.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

/// A form for the identity provider.
#[derive(Debug)]
pub struct IdentityForm {
    /// `application/x-www-form-urlencoded`.
    pub body: SecretText,
    /// The header `Authorization`, where there is one.
    pub authorization: Option<SecretText>,
    /// The longest answer to read, in bytes.
    pub max_bytes: usize,
}

/// What the identity provider answered to a form. Does not print.
pub struct FormAnswer {
    /// The HTTP status, whatever it is.
    pub status: u16,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for FormAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Asks the identity provider, with the program's one HTTP client, which follows no redirect.
#[async_trait]
pub trait IdentityHttp: Send + Sync {
    /// The body of a successful answer: a key set or a discovery document.
    ///
    /// # Errors
    /// [`IdentityHttpError`] for everything else, a body of more than `max_bytes` included.
    async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, IdentityHttpError>;

    /// The answer to a form.
    ///
    /// # Errors
    /// [`IdentityHttpError`] when there is no whole answer of at most `form.max_bytes`.
    async fn post_form(
        &self,
        url: &Url,
        form: IdentityForm,
    ) -> Result<FormAnswer, IdentityHttpError>;
}

/// The built files of the page.
pub trait PageAssets: Send + Sync {
    /// The file of exactly this name, such as `index.html` or `assets/index-4711.js`.
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>>;
}
