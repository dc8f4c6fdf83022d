//! A fake of Google, Google's own client for it, and a caller without manners.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Once},
};

use fluxori_test_support::{
    clock::ManualClock,
    google::{FakeGoogle, Setup},
};
use google_cloud_auth::credentials::service_account;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use serde_json::Value;

/// Who calls, but for the judge.
pub(crate) const ACCOUNT: &str = "tester@fluxori-test.iam.gserviceaccount.com";

pub(crate) struct Google {
    pub(crate) fake: FakeGoogle,
    pub(crate) clock: Arc<ManualClock>,
    token: String,
}

/// What came back; status 0 when nothing did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The HTTP status and the name of the code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let error = &self.json()["error"];
        assert_eq!(error["code"], self.status, "{self:?}");
        (self.status, error["status"].as_str().unwrap().to_owned())
    }

    /// The reason that `ErrorInfo` gives.
    pub(crate) fn reason(&self) -> String {
        let error = &self.json()["error"];
        let details = error["details"].as_array().cloned().unwrap_or_default();
        let info = details
            .iter()
            .find(|one| one["@type"] == "type.googleapis.com/google.rpc.ErrorInfo");
        info.unwrap()["reason"].as_str().unwrap().to_owned()
    }
}

impl Google {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let setup = Setup {
            clock: Arc::clone(&clock) as _,
            ..Setup::default()
        };
        let fake = FakeGoogle::start_with(setup).unwrap();
        let token = fake.access_token(ACCOUNT);
        Self { fake, clock, token }
    }

    /// Google's client, with the key of a service account.
    pub(crate) async fn judge(&self) -> SecretManagerService {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let provider = rustls::crypto::ring::default_provider();
            provider
                .install_default()
                .expect("nobody else installs one");
        });
        let key = self.fake.service_account("judge").document();
        let credentials = service_account::Builder::new(key).build().unwrap();
        SecretManagerService::builder()
            .with_endpoint(&self.fake.endpoints().secret_manager_url)
            .with_credentials(credentials)
            .with_retry_policy(NeverRetry)
            .build()
            .await
            .unwrap()
    }

    /// Calls with a good token.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.send(method, path, &[("authorization", &bearer)], body)
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let host = &self.fake.endpoints().metadata_host;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers.iter().copied() {
            request.extend([name, ": ", value, "\r\n"]);
        }
        let mut stream = TcpStream::connect(host).unwrap();
        stream
            .write_all(format!("{request}\r\n{body}").as_bytes())
            .unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        let received = String::from_utf8(received).unwrap();
        let (head, text) = received.split_once("\r\n\r\n").unwrap_or_default();
        Answer {
            status: head.get(9..12).map_or(0, |status| status.parse().unwrap()),
            head: head.to_ascii_lowercase(),
            text: text.to_owned(),
        }
    }

    /// Makes a secret with these versions.
    pub(crate) fn seed(&self, id: &str, payloads: &[&str]) {
        let path = format!("/v1/projects/fluxori-test/secrets?secretId={id}");
        let made = self.call("POST", &path, r#"{"replication":{"automatic":{}}}"#);
        assert_eq!(made.status, 200, "{made:?}");
        for payload in payloads {
            use base64::Engine;
            let data = base64::engine::general_purpose::STANDARD.encode(payload);
            let path = format!("/v1/projects/fluxori-test/secrets/{id}:addVersion");
            let body = format!(r#"{{"payload":{{"data":"{data}"}}}}"#);
            assert_eq!(self.call("POST", &path, &body).status, 200);
        }
    }
}
