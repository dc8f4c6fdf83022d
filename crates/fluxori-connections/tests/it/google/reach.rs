use std::sync::Arc;

use async_trait::async_trait;
use fluxori_domain::SecretText;
use fluxori_secret_manager::{
    BearerToken, Jitter, ProjectId, RetrySettings, SecretManager, SecretManagerSettings,
    TokenError, TokenSource,
};
use fluxori_test_support::google::FakeGoogle;

/// Names where Google is to a process of its own.
const AT: &str = "FLUXORI_TEST_GOOGLE";

/// Where Google is, and as whom it is called.
#[derive(Debug, Clone)]
pub(crate) struct AtGoogle {
    url: String,
    project: String,
    token: String,
}

impl AtGoogle {
    pub(crate) fn of(google: &FakeGoogle) -> Self {
        let endpoints = google.endpoints();
        Self {
            url: endpoints.secret_manager_url.clone(),
            project: endpoints.project_id.clone(),
            token: google.access_token("server"),
        }
    }

    /// What a child process is told.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (AT, [&*self.url, &self.project, &self.token].join(" "))
    }

    /// What this process was told.
    pub(crate) fn from_variable() -> Option<Self> {
        let text = std::env::var(AT).ok()?;
        let mut parts = text.split(' ').map(str::to_owned);
        Some(Self {
            url: parts.next()?,
            project: parts.next()?,
            token: parts.next()?,
        })
    }

    pub(crate) fn manager(&self, pool: &reqwest::Client) -> SecretManager {
        let mut settings = SecretManagerSettings::new(ProjectId::new(&self.project).unwrap());
        settings.endpoint = self.url.parse().unwrap();
        settings.writes_per_minute = std::num::NonZeroU32::MAX;
        settings.reads_per_minute = std::num::NonZeroU32::MAX;
        settings.retry = RetrySettings {
            jitter: Jitter::fixed(0.0),
            ..RetrySettings::default()
        };
        SecretManager::new(settings, pool, Arc::new(Known(self.token.clone())))
    }
}

/// A token that was bought before.
struct Known(String);

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known")
    }
}

#[async_trait]
impl TokenSource for Known {
    async fn token(&self) -> Result<BearerToken, TokenError> {
        BearerToken::new(SecretText::copy_of(&self.0), None)
    }

    fn reject(&self, _token: &BearerToken) {}
}
