use std::{sync::Arc, time::Duration};

use fluxori_domain::SystemClock;
use fluxori_secret_manager::{
    GoogleTokens, Jitter, Labels, Payload, ProjectId, RetrySettings, SecretId, SecretManager,
    SecretManagerSettings, TokenSettings, TokenSource, VersionNumber,
};
use fluxori_test_support::google::{FakeGoogle, ServiceAccountKey};
use reqwest::{Client, redirect};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// A Google, and a client of it that calls as a service account.
pub(crate) struct World {
    pub(crate) google: FakeGoogle,
    pub(crate) account: ServiceAccountKey,
    pub(crate) key_file: NamedTempFile,
    pub(crate) settings: SecretManagerSettings,
    pub(crate) tokens: Arc<dyn TokenSource>,
    pub(crate) secrets: SecretManager,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other settings than the usual ones.
    pub(crate) fn with(change: impl FnOnce(&mut SecretManagerSettings)) -> Self {
        let google = FakeGoogle::start();
        let key_file = NamedTempFile::new().unwrap();
        let account = google.write_key("server", key_file.path()).unwrap();
        let tokens: Arc<dyn TokenSource> = Arc::new(tokens(TokenSettings {
            credentials_file: Some(key_file.path().to_owned()),
            ..TokenSettings::default()
        }));
        let endpoints = google.endpoints();
        let mut settings =
            SecretManagerSettings::new(ProjectId::new(&endpoints.project_id).unwrap());
        settings.endpoint = endpoints.secret_manager_url.parse().unwrap();
        settings.resource_manager = endpoints.resource_manager_url.parse().unwrap();
        settings.retry = retry();
        change(&mut settings);
        Self {
            secrets: SecretManager::new(settings.clone(), &http(), tokens.clone()),
            google,
            account,
            key_file,
            settings,
            tokens,
        }
    }

    /// A secret with one version.
    pub(crate) async fn secret(&self, id: &str, payload: &str) -> (SecretId, VersionNumber) {
        let secret = id_of(id);
        self.secrets.create(&secret, &Labels::none()).await.unwrap();
        let version = self.secrets.add_version(&secret, &of(payload)).await;
        (secret, version.unwrap())
    }
}

/// Quick to repeat, so that no test waits.
pub(crate) fn retry() -> RetrySettings {
    RetrySettings {
        jitter: Jitter::fixed(0.0),
        ..RetrySettings::default()
    }
}

pub(crate) fn tokens(settings: TokenSettings) -> GoogleTokens {
    let settings = TokenSettings {
        timeout: Duration::from_secs(5),
        ..settings
    };
    GoogleTokens::new(settings, http(), Arc::new(SystemClock))
}

/// As the process would hand it in.
pub(crate) fn http() -> Client {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    #[expect(
        clippy::disallowed_methods,
        reason = "stands in for the shared client of the process"
    )]
    Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .build()
        .unwrap()
}

pub(crate) fn id_of(text: &str) -> SecretId {
    SecretId::new(text).unwrap()
}

pub(crate) fn of(text: &str) -> Payload {
    Payload::new(Zeroizing::new(text.as_bytes().to_vec())).unwrap()
}

pub(crate) fn number(number: u64) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

/// The text of a payload.
pub(crate) fn text(payload: Payload) -> String {
    String::from_utf8(payload.into_bytes().to_vec()).unwrap()
}
