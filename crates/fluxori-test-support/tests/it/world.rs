//! Simulated marketplaces with a clock that the test moves, and a client for them.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use chrono::TimeDelta;
use fluxori_test_support::{
    clock::ManualClock,
    providers::{Decision, RecordedRequest, SimulatedProviders},
};
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

pub(crate) struct World {
    pub(crate) providers: SimulatedProviders,
    clock: Arc<ManualClock>,
}

/// What came back; status 0 when nothing did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A member of the answer that is text.
    pub(crate) fn text_of(&self, name: &str) -> String {
        self.json()[name]
            .as_str()
            .expect("a member that is text")
            .to_owned()
    }

    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.text_of("error"))
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let providers = SimulatedProviders::start_with(Arc::clone(&clock) as _);
        Self { providers, clock }
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    fn origin(&self) -> String {
        let api = &self.providers.endpoints().xero_api_url;
        api.trim_end_matches("/xero").to_owned()
    }

    pub(crate) fn address(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut address: Url = (self.origin() + path).parse().expect("an address");
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        address.into()
    }

    /// Agrees on a consent page and returns the parameters of the callback.
    pub(crate) fn consent(&self, address: &str, decision: &Decision) -> Vec<(String, String)> {
        let callback = self
            .providers
            .consent(address, decision)
            .expect("a callback");
        let callback: Url = callback.parse().expect("an address");
        callback.query_pairs().into_owned().collect()
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let content_type = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[content_type], &body)
    }

    pub(crate) fn post_json(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send("POST", path, &all, &body.to_string())
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (head, text) = exchange(&self.origin(), method, path, headers, body);
        let status = head
            .get(9..12)
            .map_or(0, |status| status.parse().expect("a status"));
        Answer { status, text }
    }

    /// Where a page sends the browser.
    pub(crate) fn location(&self, method: &str, path: &str, body: &str) -> Url {
        let (head, _) = exchange(&self.origin(), method, path, &[], body);
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let (_, location) = lines
            .find(|(name, _)| *name == "location")
            .expect("a redirect");
        location.parse().expect("an address")
    }

    pub(crate) fn assert_no_violations(&self) {
        assert_eq!(self.providers.violations(), Vec::<RecordedRequest>::new());
    }
}

/// Sends a request; returns head and body of the answer, both empty when none came.
pub(crate) fn exchange(
    origin: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (String, String) {
    let host = origin.replace("http://", "");
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\
         accept: application/json\r\nuser-agent: Test/1.0 (Language=Rust)\r\n",
        body.len()
    );
    for (name, value) in headers.iter().copied() {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request += "\r\n";
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream
        .write_all((request + body).as_bytes())
        .expect("it reads");
    let mut received = String::new();
    stream.read_to_string(&mut received).expect("text");
    let (head, text) = received.split_once("\r\n\r\n").unwrap_or_default();
    (head.to_owned(), text.to_owned())
}

/// The value of a parameter that is there once.
pub(crate) fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    let mut found = parameters.iter().filter(|(key, _)| key == name);
    let (_, value) = found.next().expect("the parameter");
    assert!(found.next().is_none(), "{name} came twice");
    value
}
