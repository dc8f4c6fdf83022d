//! What the API needs from the program around it.

use std::error::Error;

use async_trait::async_trait;
use url::Url;

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

/// The key set of the identity provider could not be fetched. What was received is not in it.
#[derive(Debug, thiserror::Error)]
#[error("the key set of the identity provider could not be fetched")]
pub struct KeySourceError {
    /// Why.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

/// Fetches the key set of the identity provider, with the program's one HTTP client.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The body of a successful answer.
    ///
    /// # Errors
    /// [`KeySourceError`] for everything else, a body of more than `max_bytes` included.
    async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, KeySourceError>;
}
