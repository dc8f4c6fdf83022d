use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clock, telemetry::events};
use reqwest::Client;
use tokio::sync::Mutex as AsyncMutex;

use super::{
    BearerToken, TokenError, TokenSettings, TokenSource,
    fetch::{DefaultCredentials, Fetch, Fetched},
};

/// A token is replaced so long before it expires: the metadata server hands out a new one from five minutes before on.
const EARLY: TimeDelta = TimeDelta::minutes(4);

/// A token that could not be replaced is used until so long before it expires.
const LAST: TimeDelta = TimeDelta::seconds(30);

/// After a failure nobody asks again for so long.
const COOL_DOWN: TimeDelta = TimeDelta::milliseconds(250);

/// Tokens from application default credentials, each kept until shortly before it expires. Nothing is looked for before
/// the first token is wanted; then one caller fetches and all others wait for it.
pub struct GoogleTokens {
    source: Box<dyn Fetch>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    fetching: AsyncMutex<()>,
}

#[derive(Default)]
struct State {
    token: Option<Kept>,
    failure: Option<(DateTime<Utc>, TokenError)>,
}

#[derive(Clone)]
struct Kept {
    token: BearerToken,
    replace_at: DateTime<Utc>,
    last_use: DateTime<Utc>,
}

impl GoogleTokens {
    /// Will look where `settings` say, through `http` (but for the metadata server, which no proxy may come between).
    #[must_use]
    pub fn new(settings: TokenSettings, http: Client, clock: Arc<dyn Clock>) -> Self {
        Self::from_source(Box::new(DefaultCredentials::new(settings, http)), clock)
    }

    fn from_source(source: Box<dyn Fetch>, clock: Arc<dyn Clock>) -> Self {
        Self {
            source,
            clock,
            state: Mutex::default(),
            fetching: AsyncMutex::new(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may be answered without asking anybody.
    fn known(&self, now: DateTime<Utc>) -> Option<Result<BearerToken, TokenError>> {
        let state = self.state();
        let kept = state.token.as_ref().filter(|kept| now < kept.last_use);
        if let Some(kept) = kept.filter(|kept| now < kept.replace_at) {
            return Some(Ok(kept.token.clone()));
        }
        match &state.failure {
            Some((until, error)) if now < *until => {
                Some(kept.map_or_else(|| Err(error.clone()), |kept| Ok(kept.token.clone())))
            }
            _ => None,
        }
    }

    fn keep(&self, now: DateTime<Utc>, fetched: Fetched) -> BearerToken {
        let Fetched { token, lifetime } = fetched;
        let lifetime = TimeDelta::seconds(lifetime.into());
        let kept = Kept {
            token: token.clone(),
            // Half a short life is better than asking for every call.
            replace_at: now + (lifetime - EARLY).max(lifetime / 2),
            last_use: now + (lifetime - LAST).max(lifetime / 2),
        };
        *self.state() = State {
            token: Some(kept),
            failure: None,
        };
        token
    }
}

#[async_trait]
impl TokenSource for GoogleTokens {
    async fn token(&self) -> Result<BearerToken, TokenError> {
        if let Some(known) = self.known(self.clock.now()) {
            return known;
        }
        let _only_one = self.fetching.lock().await;
        let now = self.clock.now();
        if let Some(known) = self.known(now) {
            return known;
        }
        match self.source.fetch(now).await {
            Ok(fetched) => Ok(self.keep(now, fetched)),
            Err(error) => {
                let mut state = self.state();
                state.failure = Some((self.clock.now() + COOL_DOWN, error.clone()));
                match state.token.as_ref().filter(|kept| now < kept.last_use) {
                    Some(kept) => {
                        tracing::warn!(
                            event = events::GOOGLE_TOKEN_KEPT,
                            %error,
                            "the Google access token could not be replaced yet"
                        );
                        Ok(kept.token.clone())
                    }
                    None => Err(error),
                }
            }
        }
    }

    fn reject(&self, token: &BearerToken) {
        let mut state = self.state();
        if state
            .token
            .as_ref()
            .is_some_and(|kept| kept.token.is_same(token))
        {
            state.token = None;
        }
    }
}

impl fmt::Debug for GoogleTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoogleTokens")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
