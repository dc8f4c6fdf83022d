use chrono::{DateTime, Utc};
use fluxori_domain::{
    Roles, SecretText, TenantScope,
    ports::{Session, SessionRepository, StorageError},
};
use secrecy::ExposeSecret;
use url::Url;

use super::Key;

/// A link that signs in whoever opens it first. For development: who has the link needs nothing else.
#[derive(Debug)]
pub struct SignInLink {
    /// Whom it signs in.
    pub scope: TenantScope,
    /// What they are.
    pub roles: Roles,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInLinkError {
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Randomness,
    /// The database did not keep it.
    #[error("the link cannot be kept")]
    Storage(#[source] StorageError),
}

impl SignInLink {
    /// Keeps the link and returns its address, which is a secret until it was opened. `public_url` is where browsers reach
    /// the server.
    ///
    /// # Errors
    /// [`SignInLinkError`].
    pub async fn offer(
        &self,
        sessions: &dyn SessionRepository,
        public_url: &Url,
    ) -> Result<SecretText, SignInLinkError> {
        let token = Key::make().map_err(|_| SignInLinkError::Randomness)?;
        let link = Session {
            scope: self.scope.clone(),
            roles: self.roles,
            expires_at: self.expires_at,
        };
        sessions
            .offer(token.hash(), &link)
            .await
            .map_err(SignInLinkError::Storage)?;
        Ok(address(public_url, &token))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: into the link, for whom it was asked for"
)]
fn address(public_url: &Url, token: &Key) -> SecretText {
    let base = public_url.as_str().trim_end_matches('/');
    SecretText::new(format!(
        "{base}/auth/link?token={}",
        token.to_text().expose_secret()
    ))
}
