use std::{fmt, time::Duration};

use reqwest::{
    Client,
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect, retry,
};

use super::{Gate, ProviderHttp, roots};
use crate::MarketplaceError;

/// How we introduce ourselves, to all marketplaces alike.
pub const USER_AGENT: &str = concat!(
    "FluxoriConnections/",
    env!("CARGO_PKG_VERSION"),
    " (Language=Rust; Platform=Linux)"
);

/// Widespread servers close after five seconds (`keepAliveTimeout` of Node.js, `KeepAliveTimeout` of Apache).
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// How long a call may take and how much of an answer is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// To open a connection, TLS included.
    pub connect_timeout: Duration,
    /// For how long a connection is kept for another call. Has to be shorter than the servers keep theirs: a call sent while
    /// the server closes the connection is lost, and nobody knows whether it was carried out.
    pub idle_timeout: Duration,
    /// To wait for one's turn where as many calls to a marketplace are under way as may be.
    pub turn_timeout: Duration,
    /// From sending a test call to the last byte of its answer.
    pub test_timeout: Duration,
    /// From sending a token call to the last byte of its answer.
    pub token_timeout: Duration,
    /// Bytes read of one answer, after decompression.
    pub max_response_bytes: usize,
    /// Whether the proxies that the environment names are used.
    pub proxy: ProxyUse,
    /// Whether calls carry the `traceparent` of the trace that they belong to, where there is one.
    pub traceparent: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: IDLE_TIMEOUT,
            turn_timeout: Duration::from_secs(5),
            test_timeout: Duration::from_secs(10),
            token_timeout: Duration::from_secs(20),
            max_response_bytes: 1024 * 1024,
            proxy: ProxyUse::Environment,
            traceparent: true,
        }
    }
}

/// Whether calls go through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyUse {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    Environment,
    /// Never.
    Never,
}

/// The HTTP client that all marketplaces share: one pool of connections, one set of rules.
///
/// It follows no redirect (that would carry secrets to another host), retries nothing by itself and trusts the roots of
/// the machine. Cloning shares the pool.
#[derive(Clone)]
pub struct HttpClient {
    pub(super) client: Client,
    pub(super) settings: HttpSettings,
    /// Where answers come from instead of from the network.
    #[cfg(feature = "fuzzing")]
    pub(crate) replies: Option<crate::fuzzing::Replies>,
}

impl HttpClient {
    /// Loads the machine's root certificates and builds the client.
    ///
    /// # Errors
    /// [`MarketplaceError`] when there is no root certificate or the client refuses its settings.
    pub fn new(settings: &HttpSettings) -> Result<Self, MarketplaceError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the shared client that the rule asks for"
        )]
        let mut builder = Client::builder();
        builder = builder
            .tls_backend_preconfigured(roots::tls_config()?)
            .user_agent(USER_AGENT)
            .default_headers(HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static("application/json"),
            )]))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(settings.idle_timeout)
            .timeout(settings.token_timeout.max(settings.test_timeout));
        if settings.proxy == ProxyUse::Never {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|cause| MarketplaceError::HttpClient {
                cause: cause.without_url(),
            })?;
        Ok(Self {
            client,
            settings: settings.clone(),
            #[cfg(feature = "fuzzing")]
            replies: None,
        })
    }

    /// The pool itself, for clients of other services than marketplaces: they answer for whom they call and for how long.
    #[must_use]
    pub const fn pool(&self) -> &Client {
        &self.client
    }

    /// The same client, confined to the hosts of one marketplace, and to the calls that its gate lets through.
    pub(crate) fn confined_to(&self, gate: Gate) -> ProviderHttp {
        ProviderHttp::new(self.clone(), gate)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
