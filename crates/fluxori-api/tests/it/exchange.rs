//! One request and its answer. No answer may hold a secret, whatever the test is about.

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;

use fluxori_test_support::providers::canary;

/// A request being put together.
pub(crate) struct Ask {
    request: RequestBuilder,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Ask {
    pub(crate) fn new(http: &reqwest::Client, method: Method, url: String) -> Self {
        Self {
            request: http.request(method, url),
        }
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self
            .request
            .header("content-type", "application/json")
            .body(body);
        self
    }

    /// Sends it. Every answer is searched for secrets and checked for the headers that all answers have.
    pub(crate) async fn send(self) -> Answer {
        let response = self.request.send().await.unwrap();
        let path = response.url().path();
        // What never changes may be kept.
        let is_file = path.starts_with("/assets/") || path == "/favicon.svg";
        let may_be_kept = is_file && response.status() == StatusCode::OK;
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        };
        let everything = format!("{:?} {}", answer.headers, answer.text);
        for marker in canary::MARKERS {
            assert!(
                !everything.contains(marker),
                "a secret came out: {answer:?}"
            );
        }
        assert_eq!(
            answer.header("cache-control") == "no-store",
            !may_be_kept,
            "{answer:?}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value, "{answer:?}");
        }
        assert!(!answer.header("x-request-id").is_empty());
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        answer
    }
}

impl Ask {
    /// Sends it; headers and body as they came.
    pub(crate) async fn send_for_bytes(self) -> (HeaderMap, Vec<u8>) {
        let response = self.request.send().await.unwrap();
        let headers = response.headers().clone();
        (headers, response.bytes().await.unwrap().to_vec())
    }
}

impl Answer {
    /// The body, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        self.json()
    }

    /// The document of a problem of this kind; what belongs to every problem is checked.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let document = self.json();
        assert_eq!(document["type"], format!("/problems/{kind}"), "{self:?}");
        assert_eq!(document["status"], status);
        let id = self.header("x-request-id");
        assert_eq!(document["requestId"], id);
        assert_eq!(document["instance"], format!("urn:fluxori:request:{id}"));
        document
    }
}
