use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use fluxori_domain::telemetry::events;
use reqwest::{Method, Response, header::HeaderMap};
use url::Url;
use zeroize::Zeroizing;

use super::{
    Answer, Gate, HttpClient, Pass,
    trace::{TRACEPARENT, traceparent},
};

/// The HTTP client, confined to the hosts of one marketplace.
#[derive(Debug, Clone)]
pub(crate) struct ProviderHttp {
    http: HttpClient,
    gate: Arc<Gate>,
    /// Leave for the next call, which was asked for in advance.
    pass: Arc<Mutex<Option<Pass>>>,
}

/// One call.
#[derive(Debug)]
pub(crate) struct ProviderRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Values that are secret are marked sensitive, so that they do not print.
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    pub(crate) budget: Budget,
}

/// What is sent. Does not print.
pub(crate) struct RequestBody(Option<String>);

impl RequestBody {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) const fn text(text: String) -> Self {
        Self(Some(text))
    }
}

impl std::fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestBody(..)")
    }
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    Test,
    Token,
}

/// How a call went.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// What came back, if anything did.
    pub(crate) answer: Result<Answer, Trouble>,
    /// From the first byte sent to the last byte read.
    pub(crate) latency: Duration,
}

/// Why there is no answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The host is not one of this marketplace's: nothing was sent.
    HostNotAllowed,
    /// The host failed lately and is left alone: nothing was sent.
    Resting {
        /// Not before.
        until: DateTime<Utc>,
    },
    /// Too many calls to this marketplace are under way: nothing was sent.
    Busy {
        /// Not before.
        until: DateTime<Utc>,
    },
    /// No answer within the time allowed.
    Timeout,
    /// No such host.
    NameResolution,
    /// No connection, or TLS did not agree.
    Unreachable,
    /// The connection broke, or what came back was not HTTP.
    Broken,
}

impl ProviderHttp {
    pub(super) fn new(http: HttpClient, gate: Gate) -> Self {
        Self {
            http,
            gate: Arc::new(gate),
            pass: Arc::default(),
        }
    }

    /// Asks in advance for leave to make a call to `url`, to be used by [`ProviderHttp::with_pass`].
    pub(crate) async fn admit(&self, url: &Url) -> Result<Pass, Trouble> {
        let patience = self.http.settings.turn_timeout;
        self.gate.admit(url, None, patience).await
    }

    /// The same client, whose next call has leave already.
    pub(crate) fn with_pass(&self, pass: Option<Pass>) -> Self {
        Self {
            pass: Arc::new(Mutex::new(pass)),
            ..self.clone()
        }
    }

    /// Makes one call, without any retry, if it is let through.
    pub(crate) async fn send(&self, request: ProviderRequest) -> Exchange {
        #[cfg(feature = "fuzzing")]
        if let Some(replies) = &self.http.replies {
            return Exchange {
                answer: replies.next(),
                latency: Duration::ZERO,
            };
        }
        let pass = self
            .pass
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let patience = self.http.settings.turn_timeout;
        let pass = match self.gate.admit(&request.url, pass, patience).await {
            Ok(pass) => pass,
            Err(trouble) => return Exchange::refused(trouble),
        };
        let began = Instant::now();
        let answer = self.attempt(request).await;
        let latency = began.elapsed();
        pass.settle(answer.as_ref().is_ok_and(Answer::is_of_a_host_that_is_well));
        match &answer {
            Ok(answer) => tracing::debug!(
                event = events::MARKETPLACE_ANSWERED,
                status = answer.status(),
                request_id = answer.request_id(),
                latency_ms = latency.as_millis(),
                "a marketplace answered"
            ),
            Err(trouble) => tracing::debug!(
                event = events::MARKETPLACE_UNANSWERED,
                ?trouble,
                latency_ms = latency.as_millis(),
                "a marketplace did not answer"
            ),
        }
        Exchange { answer, latency }
    }

    async fn attempt(&self, request: ProviderRequest) -> Result<Answer, Trouble> {
        let settings = &self.http.settings;
        let mut sending = self
            .http
            .client
            .request(request.method, request.url)
            .headers(request.headers)
            .timeout(match request.budget {
                Budget::Test => settings.test_timeout,
                Budget::Token => settings.token_timeout,
            });
        if settings.traceparent
            && let Some(traceparent) = traceparent()
        {
            sending = sending.header(TRACEPARENT, traceparent);
        }
        if let Some(body) = request.body.0 {
            sending = sending.body(body);
        }
        let mut response = sending
            .send()
            .await
            .map_err(|error| Trouble::from(&error))?;
        let body = read_capped(&mut response, settings.max_response_bytes).await;
        Ok(Answer::new(
            response.status(),
            response.headers().clone(),
            body,
        ))
    }
}

impl Exchange {
    /// Nothing was sent.
    pub(crate) fn refused(trouble: Trouble) -> Self {
        tracing::debug!(
            event = events::MARKETPLACE_NOT_CALLED,
            ?trouble,
            "a marketplace was not called"
        );
        Self {
            answer: Err(trouble),
            latency: Duration::ZERO,
        }
    }
}

/// Reads to the end, or gives up: `None` when the answer is cut, too slow or larger than `cap`.
pub(super) async fn read_capped(response: &mut Response, cap: usize) -> Option<Zeroizing<Vec<u8>>> {
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > cap) {
        return None;
    }
    let mut body = Zeroizing::new(Vec::with_capacity(announced.unwrap_or_default()));
    // Chunks come decompressed, so the cap holds for what a small answer unpacks to.
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > cap {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

impl From<&reqwest::Error> for Trouble {
    fn from(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_dns() {
            Self::NameResolution
        } else if error.is_connect() {
            Self::Unreachable
        } else {
            Self::Broken
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        net::TcpListener,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use rstest::rstest;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::{
        HttpSettings, ProxyUse,
        http::{Below, HostRule, client::IDLE_TIMEOUT},
    };

    /// A client that may call `allowed` only.
    fn client(allowed: &str, idle_timeout: Duration) -> ProviderHttp {
        let allowed = HostRule::Exactly(Below::of(&Url::parse(allowed).unwrap()));
        let settings = HttpSettings {
            proxy: ProxyUse::Never,
            test_timeout: Duration::from_millis(500),
            idle_timeout,
            ..HttpSettings::default()
        };
        HttpClient::new(&settings)
            .unwrap()
            .confined_to(Gate::to([allowed]))
    }

    async fn call(client: &ProviderHttp, url: &str) -> Result<Answer, Trouble> {
        let request = ProviderRequest {
            method: Method::GET,
            url: Url::parse(url).unwrap(),
            headers: HeaderMap::new(),
            body: RequestBody::NONE,
            budget: Budget::Test,
        };
        client.send(request).await.answer
    }

    #[tokio::test]
    async fn another_host_is_refused_before_a_connection_is_opened() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let allowed = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("{allowed}/x");

        let elsewhere = client("https://api.xero.com", IDLE_TIMEOUT);
        let trouble = call(&elsewhere, &url).await.unwrap_err();
        assert_eq!(trouble, Trouble::HostNotAllowed);
        assert!(listener.accept().is_err(), "somebody connected");

        // The same call, allowed, does connect: nobody answers it.
        let here = client(&allowed, IDLE_TIMEOUT);
        let trouble = call(&here, &url).await.unwrap_err();
        assert_eq!(trouble, Trouble::Timeout);
        assert!(listener.accept().is_ok(), "nobody connected");
    }

    /// A server that keeps its connections for ever counts them over three calls.
    #[rstest]
    #[case::kept(IDLE_TIMEOUT, 1)]
    #[case::too_old(Duration::from_nanos(1), 3)]
    #[tokio::test]
    async fn connections_are_used_again_while_they_are_young(
        #[case] idle_timeout: Duration,
        #[case] expected: usize,
    ) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let opened = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while connection.read(&mut request).await? > 0 {
                        connection
                            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                            .await?;
                    }
                    io::Result::Ok(())
                });
            }
        });
        let client = client(&url, idle_timeout);
        for _ in 0..3 {
            assert_eq!(call(&client, &url).await.unwrap().status(), 204);
        }
        assert_eq!(opened.load(Ordering::Relaxed), expected);
    }

    #[test]
    fn debug_request_shows_no_body() {
        let body = RequestBody::text("client_secret=canary".to_owned());
        assert!(!format!("{body:?}").contains("canary"));
    }
}
