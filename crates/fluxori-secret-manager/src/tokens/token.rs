use std::{fmt, sync::Arc};

use async_trait::async_trait;
use fluxori_domain::SecretText;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::TokenError;
use crate::ProjectId;

/// An access token, for `Authorization: Bearer`. Cloning shares it; printing does not show it.
#[derive(Clone)]
pub struct BearerToken(Arc<Inner>);

struct Inner {
    text: SecretText,
    quota_project: Option<ProjectId>,
}

impl BearerToken {
    /// Takes over a token. `quota_project` is the project whose quota counts when a person, and not a service account,
    /// calls.
    ///
    /// # Errors
    /// [`TokenError::UnexpectedAnswer`] for a text that cannot be sent in a header.
    pub fn new(text: SecretText, quota_project: Option<ProjectId>) -> Result<Self, TokenError> {
        let token = Self(Arc::new(Inner {
            text,
            quota_project,
        }));
        token.try_header().ok_or(TokenError::UnexpectedAnswer)?;
        Ok(token)
    }

    /// The value of the header `Authorization`, marked so that HTTP libraries neither print nor index it.
    ///
    /// # Panics
    /// Never: that it can be a header is checked when it is made.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.try_header().expect("checked when it was made")
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: the token goes into the header that it is for"
    )]
    fn try_header(&self) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", self.0.text.expose_secret()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        (!self.0.text.is_empty()).then_some(value)
    }

    /// Whose quota counts, if that has to be said.
    #[must_use]
    pub fn quota_project(&self) -> Option<&ProjectId> {
        self.0.quota_project.as_ref()
    }

    /// Whether both are one token from one answer.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken([REDACTED])")
    }
}

/// Where access tokens come from. Called before every attempt of every call, so an implementation keeps its token until
/// shortly before it expires.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// A token that is good for at least some seconds.
    ///
    /// # Errors
    /// [`TokenError`] with what to do about it.
    async fn token(&self) -> Result<BearerToken, TokenError>;

    /// Google did not accept this token: it is not to be handed out again.
    fn reject(&self, token: &BearerToken);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<BearerToken, TokenError> {
        BearerToken::new(SecretText::copy_of(text), None)
    }

    #[test]
    fn debug_token_is_redacted_and_so_is_its_header() {
        let token = token("canary-7f3a").unwrap();
        assert_eq!(format!("{token:?}"), "BearerToken([REDACTED])");
        assert_eq!(format!("{:?}", token.header()), "Sensitive");
        assert_eq!(token.header(), "Bearer canary-7f3a");
    }

    #[test]
    fn a_text_that_would_split_the_header_is_no_token() {
        for bad in ["", "a\r\nx: y", "a\u{0}"] {
            assert_eq!(token(bad).unwrap_err(), TokenError::UnexpectedAnswer);
        }
    }
}
