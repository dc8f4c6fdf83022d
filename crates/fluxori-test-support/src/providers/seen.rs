use actix_web::{HttpRequest, http::header::HeaderMap, web::Bytes};

use super::{Call, RecordedRequest, state::State};

/// A request being checked. Violations are written down as they are found, and name things, never their values.
pub(super) struct Seen<'a> {
    state: &'a State,
    place: usize,
    request: &'a HttpRequest,
    body: &'a Bytes,
    malformed: bool,
}

impl<'a> Seen<'a> {
    /// Writes the request down and checks what every marketplace wants of every call.
    pub(super) fn new(
        state: &'a State,
        call: Call,
        request: &'a HttpRequest,
        body: &'a Bytes,
    ) -> Self {
        let place = state.record(RecordedRequest {
            call,
            method: request.method().to_string(),
            path: request.path().to_owned(),
            traceparent: request
                .headers()
                .get("traceparent")
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            violations: Vec::new(),
        });
        let mut seen = Self {
            state,
            place,
            request,
            body,
            malformed: false,
        };
        let accept = seen.header("accept").unwrap_or_default();
        seen.require(accept.contains("application/json"), "does not accept JSON");
        let agent = seen.header("user-agent").unwrap_or_default();
        seen.require(!agent.is_empty(), "has no user-agent");
        seen.require(!agent.contains("Mozilla"), "pretends to be a browser");
        seen.refuse_header("cookie");
        if call != Call::XeroConnections {
            seen.require(request.query_string().is_empty(), "has a query");
        }
        seen
    }

    fn headers(&self) -> &'a HeaderMap {
        self.request.headers()
    }

    pub(super) fn query(&self) -> &'a str {
        self.request.query_string()
    }

    pub(super) const fn body(&self) -> &'a Bytes {
        self.body
    }

    /// The value of a header that is there exactly once.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers().get_all(name);
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    pub(super) fn require(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.malformed = true;
            self.state
                .record_violation(self.place, otherwise.to_owned());
        }
    }

    pub(super) fn require_method(&mut self, method: &str) {
        self.require(
            self.request.method().as_str() == method,
            "has the wrong method",
        );
        if method != "POST" {
            self.require(self.body.is_empty(), "has a body");
            self.refuse_header("content-type");
        }
    }

    pub(super) fn refuse_header(&mut self, name: &str) {
        let absent = !self.headers().contains_key(name);
        self.require(absent, &format!("has the header {name}"));
    }

    pub(super) const fn is_malformed(&self) -> bool {
        self.malformed
    }
}
