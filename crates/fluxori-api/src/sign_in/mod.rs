//! Signing in to the page: sessions by cookie, and the ways to get one.

mod attempt;
mod cookie;
mod key;
mod link;
mod metadata;
mod origin;
mod provider;
mod return_path;
mod settings;
mod token;

use std::sync::Arc;

use actix_web::http::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use chrono::TimeDelta;
use fluxori_domain::{
    Clock, SecretText, TenantScope,
    ports::{Session, SessionRepository, StorageError},
    telemetry::events,
};
use url::Url;

use crate::{
    ApiSettings, ApiState, SettingsError,
    auth::Identity,
    problem::{Problem, ProblemKind, of_storage},
    random::NoRandomness,
};

pub(crate) use attempt::Attempt;
pub(crate) use cookie::{
    SESSION as SESSION_COOKIE, attempt, forget_attempt, forget_session, session_key, set_attempt,
};
pub(crate) use key::Key;
pub use link::{SignInLink, SignInLinkError};
pub(crate) use provider::{Provider, ProviderError};
pub use settings::{OidcSettings, SignInSettings};

/// Where the page sends the code of its session along.
const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// Ties the code to what it is for.
const CSRF_MESSAGE: &[u8] = b"fluxori csrf 1";

/// Everything about signing in. Shared by all workers.
pub(crate) struct SignIn {
    sessions: Arc<dyn SessionRepository>,
    clock: Arc<dyn Clock>,
    public_url: Url,
    origin: String,
    lifetime: TimeDelta,
    links: bool,
    provider: Option<Provider>,
}

/// A browser in which somebody is signed in.
pub(crate) struct SignedIn {
    key: Key,
    pub(crate) session: Session,
}

impl SignIn {
    /// Takes settings that were checked; `None` when they are for a server without a page.
    pub(crate) fn new(
        settings: &mut ApiSettings,
        state: &ApiState,
    ) -> Result<Option<Self>, SettingsError> {
        let Some(mut sign_in) = settings.sign_in.take() else {
            return Ok(None);
        };
        let page = state.page.as_ref().ok_or(SettingsError::NoPage)?;
        let provider = match sign_in.oidc.take() {
            Some(oidc) => Some(Provider::new(
                oidc,
                &sign_in.public_url,
                &settings.jwt,
                state,
            )?),
            None => None,
        };
        Ok(Some(Self {
            sessions: Arc::clone(&page.sessions),
            clock: Arc::clone(&state.clock),
            origin: sign_in.public_url.origin().ascii_serialization(),
            lifetime: sign_in.lifetime(),
            links: sign_in.links,
            public_url: sign_in.public_url,
            provider,
        }))
    }

    /// The identity provider, where there is one.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// Whether the request comes from our own page, or from something that is no browser.
    pub(crate) fn is_own(&self, headers: &HeaderMap) -> bool {
        origin::is_own(headers, &self.origin)
    }

    /// Who is signed in in the browser that sent this cookie.
    pub(crate) async fn signed_in(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<SignedIn>, StorageError> {
        let Some(key) = cookie::session_key(headers) else {
            return Ok(None);
        };
        let found = self.sessions.find(key.hash(), self.clock.now()).await?;
        Ok(found.map(|session| SignedIn { key, session }))
    }

    /// Who is signed in, if this request may be answered as theirs: it must not come from another page, and one that
    /// changes something must bring the code that only our page can read.
    pub(crate) async fn caller(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Option<SignedIn>, Problem> {
        if cookie::session_key(headers).is_none() {
            return Ok(None);
        }
        if !self.is_own(headers) {
            return Err(csrf(
                "The request comes from another page than this server's own.",
            ));
        }
        let signed_in = self.signed_in(headers).await.map_err(of_storage)?;
        match signed_in {
            Some(signed_in) if !origin::is_safe(method) && !signed_in.brings_code(headers) => {
                Err(csrf(
                    "Send X-CSRF-Token: the csrfToken that GET /auth/session answers in this browser.",
                ))
            }
            signed_in => Ok(signed_in),
        }
    }

    /// Signs somebody in: the cookie to set. Whatever session the browser had before ends, so that nobody goes on under a
    /// cookie that somebody else may know.
    pub(crate) async fn begin(
        &self,
        headers: &HeaderMap,
        identity: &Identity,
    ) -> Result<HeaderValue, BeginError> {
        let key = Key::make()?;
        let session = Session {
            scope: identity.scope.as_ref().clone(),
            roles: identity.roles,
            expires_at: self.clock.now() + self.lifetime,
        };
        self.end(headers).await?;
        self.sessions.begin(key.hash(), &session).await?;
        tracing::info!(event = events::SIGN_IN_DONE, "somebody has signed in");
        Ok(cookie::set_session(&key, self.lifetime.num_seconds()))
    }

    /// Signs in whoever opens this link first: the cookie to set, or nothing when the link is used up or too old.
    pub(crate) async fn open_link(
        &self,
        headers: &HeaderMap,
        token: &str,
    ) -> Result<Option<HeaderValue>, BeginError> {
        let Some(token) = Key::parse(token) else {
            return Ok(None);
        };
        let key = Key::make()?;
        let now = self.clock.now();
        let until = now + self.lifetime;
        let redeemed = self
            .sessions
            .redeem(token.hash(), key.hash(), until, now)
            .await?;
        if redeemed.is_none() {
            return Ok(None);
        }
        self.end(headers).await?;
        tracing::info!(event = events::SIGN_IN_DONE, "somebody has signed in");
        Ok(Some(cookie::set_session(&key, self.lifetime.num_seconds())))
    }

    /// Whether links are good here.
    pub(crate) const fn has_links(&self) -> bool {
        self.links
    }

    /// Ends the session of this browser, if there is one.
    pub(crate) async fn end(&self, headers: &HeaderMap) -> Result<(), StorageError> {
        if let Some(key) = cookie::session_key(headers) {
            self.sessions.end(key.hash()).await?;
        }
        Ok(())
    }

    /// A new way to the identity provider, which leads back to `return_to` if that is a path of ours.
    pub(crate) fn attempt(&self, return_to: Option<&str>) -> Result<Attempt, NoRandomness> {
        let return_to = return_path::return_path(&self.public_url, return_to);
        Attempt::make(self.clock.now(), return_to)
    }

    /// Whether this attempt is the one that a browser comes back from.
    pub(crate) fn is_of(attempt: &Attempt, state: &SecretText) -> bool {
        attempt.has_state(state)
    }

    /// Whether it took too long.
    pub(crate) fn has_expired(&self, attempt: &Attempt) -> bool {
        attempt.has_expired(self.clock.now())
    }

    /// Where the attempt leads. Looked at again: the browser kept it.
    pub(crate) fn return_path(&self, attempt: &Attempt) -> String {
        return_path::return_path(&self.public_url, Some(attempt.return_to()))
    }
}

impl SignedIn {
    /// What the page has to send along with every change.
    pub(crate) fn csrf_token(&self) -> String {
        self.key.sign(CSRF_MESSAGE)
    }

    /// The same as a bearer token would say it.
    pub(crate) fn identity(self) -> Identity {
        let Session {
            scope,
            roles,
            expires_at,
        } = self.session;
        Identity {
            scope: Arc::<TenantScope>::new(scope),
            roles,
            valid_until: expires_at,
        }
    }

    fn brings_code(&self, headers: &HeaderMap) -> bool {
        let mut sent = headers.get_all(CSRF_HEADER);
        match (sent.next(), sent.next()) {
            (Some(code), None) => code
                .to_str()
                .is_ok_and(|code| self.key.verify(CSRF_MESSAGE, code)),
            _ => false,
        }
    }
}

/// Why nobody was signed in although they may be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error("no cookie can be made")]
    Randomness(#[from] NoRandomness),
    #[error("the session cannot be kept")]
    Storage(#[from] StorageError),
}

fn csrf(detail: &'static str) -> Problem {
    Problem::new(ProblemKind::Csrf, detail)
}
