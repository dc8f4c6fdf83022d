//! Answers that no Google gives, byte by byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use fluxori_secret_manager::{Labels, Resource, SecretManager, SecretManagerError};
use rstest::rstest;

use crate::world::{World, http, id_of, number, of};

/// A server that gives prepared answers, one a connection, and remembers what it was asked.
pub(crate) struct Scripted {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(crate) fn start(replies: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = requests.clone();
        thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else {
                    return;
                };
                let request = read_request(&stream);
                seen.lock().unwrap().push(request);
                // Who hangs up early has had enough.
                let _gone = stream.write_all(reply.as_bytes());
            }
        });
        Self { address, requests }
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while reader.read_line(&mut request).unwrap_or(0) > 2 {}
    let length = request
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request + &String::from_utf8_lossy(&body)
}

pub(crate) fn reply(status: u16, headers: &[&str], body: &str) -> String {
    let headers = headers.iter().flat_map(|header| [*header, "\r\n"]);
    let headers: String = headers.collect();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// A client of a server that answers so.
fn against(replies: Vec<String>) -> (World, SecretManager, Scripted) {
    let server = Scripted::start(replies);
    let world = World::new();
    let mut settings = world.settings.clone();
    settings.endpoint = format!("http://{}", server.address).parse().unwrap();
    let secrets = SecretManager::new(settings, &http(), world.tokens.clone());
    (world, secrets, server)
}

#[rstest]
#[case("")]
#[case("[]")]
#[case("{}")]
#[case(r#"{"name":7}"#)]
#[case(r#"{"name":"projects/1/secrets/other/versions/1","createTime":"2026-11-23T10:00:00Z","clientSpecifiedPayloadChecksum":true}"#)]
#[case(r#"{"name":"projects/1/secrets/one/versions/latest","createTime":"2026-11-23T10:00:00Z","clientSpecifiedPayloadChecksum":true}"#)]
#[tokio::test]
async fn an_answer_that_is_not_as_documented_leaves_a_doubt(#[case] body: &str) {
    let (_world, secrets, _server) = against(vec![reply(200, &[], body)]);
    let error = secrets
        .add_version(&id_of("one"), &of("x"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SecretManagerError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert!(error.may_have_happened() && !error.is_transient());
}

#[tokio::test]
async fn a_checksum_that_google_did_not_compare_is_not_trusted() {
    let body =
        r#"{"name":"projects/1/secrets/one/versions/3","createTime":"2026-11-23T10:00:00Z"}"#;
    let (_world, secrets, server) = against(vec![reply(200, &[], body)]);
    let secret = id_of("one");
    let error = secrets.add_version(&secret, &of("x")).await.unwrap_err();
    let resource = Resource::Version(secret, number(3));
    assert_eq!(error, SecretManagerError::ChecksumMismatch { resource });
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_payload_that_was_damaged_on_its_way_once_is_read_again() {
    let answer = |data: &str| {
        let body = format!(
            r#"{{"name":"projects/1/secrets/one/versions/1","payload":{{"data":"{data}","dataCrc32c":"3808858755"}}}}"#
        );
        reply(200, &[], &body)
    };
    let (_world, secrets, server) = against(vec![answer("MTIzNDU2Nzg4"), answer("MTIzNDU2Nzg5")]);
    let payload = secrets.access(&id_of("one"), number(1)).await.unwrap();
    assert_eq!(payload.into_bytes().as_slice(), b"123456789");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let endless = format!("[{}", " ".repeat(300 * 1024));
    let replies = vec![reply(200, &[], &endless)];
    let (_world, secrets, _server) = against(replies);
    let error = secrets
        .add_version(&id_of("one"), &of("x"))
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Scripted::start(vec![reply(200, &[], "{}")]);
    let location = format!("Location: http://{}/", elsewhere.address);
    let (_world, secrets, _server) = against(vec![reply(307, &[&location], "")]);
    let error = secrets
        .create(&id_of("one"), &Labels::none())
        .await
        .unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn nothing_that_google_writes_is_repeated_to_anybody() {
    let body = r#"{"error":{"code":403,"message":"canary","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"canary","metadata":{"permission":"canary"}}]}}"#;
    let (_world, secrets, _server) = against(vec![reply(403, &[], body)]);
    let error = secrets.describe(&id_of("one")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn retry_after_in_the_header_is_honoured() {
    let busy = r#"{"error":{"code":429,"message":"","status":"RESOURCE_EXHAUSTED"}}"#;
    // Longer than the deadline, so that nobody waits for it.
    let (_world, secrets, server) = against(vec![reply(429, &["Retry-After: 30"], busy)]);
    let error = secrets.describe(&id_of("one")).await.unwrap_err();
    match error {
        SecretManagerError::QuotaExceeded { retry_after, .. } => {
            assert_eq!(retry_after.unwrap().as_secs(), 30);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.requests().len(), 1);
}
