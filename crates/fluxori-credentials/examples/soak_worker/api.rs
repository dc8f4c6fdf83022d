//! Requests to the API, which any of the servers may answer, and which are sent again until one does.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use anyhow::Result;
use reqwest::{Client, Method, StatusCode, redirect::Policy};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::counts::Counts;

/// Longer than anything that a server does, a marketplace that says nothing included.
const ANSWER: Duration = Duration::from_mins(1);
/// Longer than what a server that was killed had begun.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(200);

/// The servers.
pub(crate) struct Api {
    http: Client,
    servers: Vec<String>,
    next: AtomicUsize,
}

/// What is asked for.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    /// From the root.
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    pub(crate) body: Option<&'a Value>,
    pub(crate) idempotency_key: Option<&'a str>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// It was asked before, and that answer was lost: what was asked for may have been done then.
    pub(crate) is_repeated: bool,
}

impl Answer {
    /// The last part of the problem's type; nothing where there is no problem.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }
}

impl Api {
    pub(crate) fn new(servers: Vec<String>) -> Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "whoever calls the API brings a client"
        )]
        let http = Client::builder();
        Ok(Self {
            http: http
                .user_agent("FluxoriSoak/1.0")
                .timeout(ANSWER)
                .redirect(Policy::none())
                .build()?,
            servers,
            next: AtomicUsize::new(0),
        })
    }

    /// Asks until there is an answer that asking again does not change; `None` after a long time.
    pub(crate) async fn insist(&self, ask: &Ask<'_>, counts: &mut Counts) -> Option<Answer> {
        let began = Instant::now();
        let mut is_repeated = false;
        while began.elapsed() < PATIENCE {
            match self.send(ask, is_repeated).await {
                Ok(answer) => match later(&answer) {
                    Some(kind) => counts.later(kind),
                    None => return Some(answer),
                },
                Err(error) => {
                    // Where no connection was made, nothing was asked.
                    is_repeated |= !error.is_connect();
                    counts.later("no answer");
                }
            }
            sleep(PAUSE).await;
        }
        counts.wrong("no server answers", 0);
        None
    }

    async fn send(&self, ask: &Ask<'_>, is_repeated: bool) -> reqwest::Result<Answer> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let server = &self.servers[next % self.servers.len()];
        let url = format!("{server}{}", ask.path);
        let mut request = self.http.request(ask.method.clone(), url);
        request = request.bearer_auth(ask.token);
        if let Some(body) = ask.body {
            request = request.json(body);
        }
        if let Some(key) = ask.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        Ok(Answer {
            status: status.as_u16(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            is_repeated,
        })
    }
}

/// Why to ask again.
fn later(answer: &Answer) -> Option<&'static str> {
    match StatusCode::from_u16(answer.status) {
        Ok(StatusCode::TOO_MANY_REQUESTS) => Some("too many requests"),
        Ok(StatusCode::SERVICE_UNAVAILABLE) => Some("unavailable"),
        Ok(StatusCode::CONFLICT) => match answer.problem() {
            "idempotency-in-flight" => Some("still being worked on"),
            "conflict" => Some("changed meanwhile"),
            _ => None,
        },
        _ => None,
    }
}
