use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, redirect};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::{
    TokenError, TokenIssuer,
    exchange::{Issued, issued, trouble_of, unavailable},
};
use crate::error::Trouble;

/// Where Google's machines, GKE with workload identity and Cloud Run find it
/// (<https://cloud.google.com/compute/docs/metadata/querying-metadata>).
const HOST: &str = "metadata.google.internal";
const PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";
/// Sent by us, so that nobody is tricked into asking, and by the real server, so that nobody stands in for it by chance.
const FLAVOR: &str = "metadata-flavor";
const GOOGLE: &str = "Google";

/// The metadata server. Of our own because `gcp_auth` asks one fixed host, through three seconds of silence elsewhere, and
/// Google's own libraries let `GCE_METADATA_HOST` name another.
#[derive(Debug)]
pub(super) struct MetadataServer {
    http: Client,
    url: String,
    /// Whether it ever answered: then its silence is a moment's trouble, and not a missing server.
    was_seen: AtomicBool,
}

impl MetadataServer {
    pub(super) fn new(host: Option<&str>, timeout: Duration) -> Self {
        Self {
            http: plain_client(timeout),
            url: format!("http://{}{PATH}", host.unwrap_or(HOST)),
            was_seen: AtomicBool::new(false),
        }
    }

    pub(super) async fn token(&self) -> Result<Issued, TokenError> {
        let sent = self.http.get(&self.url).header(FLAVOR, GOOGLE).send().await;
        let mut response = sent.map_err(|error| {
            if self.was_seen.load(Ordering::Relaxed) {
                unavailable(TokenIssuer::MetadataServer, trouble_of(&error))
            } else {
                TokenError::NoCredentials
            }
        })?;
        let is_google = response
            .headers()
            .get(FLAVOR)
            .is_some_and(|flavor| flavor == GOOGLE);
        if !is_google {
            return Err(TokenError::NoCredentials);
        }
        self.was_seen.store(true, Ordering::Relaxed);
        match response.status().as_u16() {
            200 => issued(&mut response, TokenIssuer::MetadataServer).await,
            403 | 404 => Err(TokenError::NoServiceAccount),
            408 | 429 | 500..=599 => Err(unavailable(TokenIssuer::MetadataServer, Trouble::Fault)),
            _ => Err(TokenError::UnexpectedAnswer),
        }
    }
}

/// A client that speaks to the link-local network only: no proxy, which would see the token, no redirect, no TLS.
fn plain_client(timeout: Duration) -> Client {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring serves the default versions")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    #[expect(
        clippy::disallowed_methods,
        reason = "the shared client may go through a proxy, which would see the token"
    )]
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_backend_preconfigured(tls)
        .connect_timeout(timeout.min(Duration::from_secs(2)))
        .timeout(timeout)
        .build()
        .expect("the settings are fixed")
}
