//! What the identity provider publishes about itself (`OpenID` Connect Discovery 1.0).

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clock, telemetry::events};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::settings::is_private;
use crate::IdentityHttp;

/// Longest document that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// Age at which it is fetched anew.
const FRESH_FOR: TimeDelta = TimeDelta::hours(1);
/// Shortest time between two fetches that led to nothing.
const PAUSE: TimeDelta = TimeDelta::seconds(5);
/// How long one fetch may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Where the identity provider does what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) end_session_endpoint: Option<Url>,
    /// Whether every answer of the authorization endpoint names the issuer (RFC 9207).
    pub(super) names_issuer: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    end_session_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The present document and how to get a newer one.
pub(super) struct Discovery {
    issuer: String,
    url: Url,
    http: Arc<dyn IdentityHttp>,
    clock: Arc<dyn Clock>,
    present: RwLock<Option<Present>>,
    /// When the latest fetch began. Held during a fetch, so that there is one at a time.
    last_attempt: Mutex<Option<DateTime<Utc>>>,
}

#[derive(Clone)]
struct Present {
    metadata: Arc<Metadata>,
    fetched_at: DateTime<Utc>,
}

impl Discovery {
    /// Of an issuer that was checked to be an address.
    pub(super) fn new(
        issuer: String,
        http: Arc<dyn IdentityHttp>,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        let base = issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration")).ok()?;
        Some(Self {
            issuer,
            url,
            http,
            clock,
            present: RwLock::new(None),
            last_attempt: Mutex::new(None),
        })
    }

    /// The document, after a fetch if there is none or it is old; `None` while there is none. An old one stays in force
    /// while no newer one can be had.
    pub(super) async fn metadata(&self) -> Option<Arc<Metadata>> {
        if let Some(fresh) = self.fresh() {
            return Some(fresh);
        }
        let mut last_attempt = self.last_attempt.lock().await;
        let now = self.clock.now();
        let is_due = last_attempt.is_none_or(|last| last + PAUSE <= now);
        // Somebody else may have fetched it while this one waited for the lock.
        if self.fresh().is_none() && is_due {
            *last_attempt = Some(now);
            if let Some(metadata) = self.fetch().await {
                let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
                *present = Some(Present {
                    metadata: Arc::new(metadata),
                    fetched_at: now,
                });
            }
        }
        self.present().map(|present| present.metadata)
    }

    async fn fetch(&self) -> Option<Metadata> {
        let fetch = self.http.fetch(&self.url, LONGEST);
        let bytes = match tokio::time::timeout(DEADLINE, fetch).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => {
                let cause = &error.cause;
                tracing::warn!(
                    event = events::IDENTITY_DISCOVERY_FAILED,
                    %error,
                    %cause,
                    "nobody can sign in with an old or no discovery document"
                );
                return None;
            }
            Err(_) => {
                tracing::warn!(
                    event = events::IDENTITY_DISCOVERY_FAILED,
                    "the discovery document of OIDC_ISSUER did not arrive in time"
                );
                return None;
            }
        };
        match read(&bytes, &self.issuer) {
            Ok(metadata) => Some(metadata),
            Err(trouble) => {
                tracing::warn!(
                    event = events::IDENTITY_DISCOVERY_FAILED,
                    "the discovery document of OIDC_ISSUER cannot be used: {trouble}"
                );
                None
            }
        }
    }

    fn fresh(&self) -> Option<Arc<Metadata>> {
        let present = self.present()?;
        (self.clock.now() < present.fetched_at + FRESH_FOR).then_some(present.metadata)
    }

    fn present(&self) -> Option<Present> {
        self.present
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Reads a document of this issuer, or says what is wrong without quoting it.
fn read(bytes: &[u8], issuer: &str) -> Result<Metadata, &'static str> {
    if bytes.len() > LONGEST {
        return Err("it is too long");
    }
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|_| "it is not JSON, or lacks an address that signing in needs")?;
    if document.issuer != issuer {
        return Err("it names another issuer; OIDC_ISSUER must be exactly what it says");
    }
    let only_tls = issuer.starts_with("https:");
    let is_good = |url: &Url| {
        is_private(url) && url.fragment().is_none() && (!only_tls || url.scheme() == "https")
    };
    let needed = [
        &document.authorization_endpoint,
        &document.token_endpoint,
        &document.jwks_uri,
    ];
    if !needed.into_iter().all(is_good) {
        return Err("one of its addresses does not begin with https://");
    }
    Ok(Metadata {
        end_session_endpoint: document
            .end_session_endpoint
            .and_then(|text| Url::parse(&text).ok())
            .filter(is_good),
        authorization_endpoint: document.authorization_endpoint,
        token_endpoint: document.token_endpoint,
        jwks_uri: document.jwks_uri,
        names_issuer: document.authorization_response_iss_parameter_supported,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example.com/realm";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.com/authorize?tenant=1",
            "token_endpoint": "https://tokens.example.com/token",
            "jwks_uri": "https://id.example.com/keys",
            "end_session_endpoint": "https://id.example.com/logout",
        })
    }

    fn with(name: &str, value: Value) -> Result<Metadata, &'static str> {
        let mut document = document();
        document[name] = value;
        read(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn only_the_document_of_this_issuer_is_good() {
        let metadata = read(document().to_string().as_bytes(), ISSUER).unwrap();
        assert!(metadata.end_session_endpoint.is_some() && !metadata.names_issuer);
        for (name, value) in [
            ("issuer", json!("https://id.example.com/realm/")),
            ("issuer", json!("https://ID.example.com/realm")),
            ("issuer", json!([ISSUER])),
            ("authorization_endpoint", json!("http://id.example.com/")),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("authorization_endpoint", json!("https://id.example.com/#x")),
            ("token_endpoint", json!("https://u:p@id.example.com/")),
            ("token_endpoint", json!("http://127.0.0.1/")),
            ("token_endpoint", json!(null)),
            ("jwks_uri", json!("file:///etc/passwd")),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name}: {value}");
        }
        for bad in ["", "<html></html>", "{}", "[]"] {
            assert!(read(bad.as_bytes(), ISSUER).is_err(), "{bad}");
        }
        let padding = with("padding", json!("x".repeat(LONGEST)));
        assert_eq!(padding, Err("it is too long"));
    }

    #[test]
    fn a_way_to_sign_out_that_cannot_be_used_is_none() {
        for bad in [
            json!(null),
            json!("logout"),
            json!("http://id.example.com/"),
        ] {
            let metadata = with("end_session_endpoint", bad).unwrap();
            assert_eq!(metadata.end_session_endpoint, None);
        }
        let names = with(
            "authorization_response_iss_parameter_supported",
            json!(true),
        );
        assert!(names.unwrap().names_issuer);
    }
}
