//! What the server does when too much is asked of it, or too slowly.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use fluxori_connections::Connections;
use fluxori_domain::{OrganizationId, TenantScope, UserId};
use fluxori_test_support::providers::{Behaviour, Call, Fault, FaultRule, keys};
use reqwest::Method;

use crate::{
    app::{Builder, ORGANIZATION, TestApp, USER, path_of, takealot},
    logs,
};

/// A connection of our own, which says what it likes, when it likes.
fn dial(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.url.trim_start_matches("http://")).unwrap()
}

/// Reads one answer up to where it says no more for now.
fn read_some(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 16 * 1024];
    let read = stream.read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

/// Begins a change whose body does not come; returns when the server waits for it.
fn promise_a_body(app: &TestApp, path: &str) -> TcpStream {
    let mut stream = dial(app);
    let token = app.token_of(USER, ORGANIZATION);
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 20\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    assert!(read_some(&mut stream).starts_with("HTTP/1.1 100 "));
    stream
}

/// How many connections the usual user has.
async fn connected(connections: &Connections) -> u64 {
    let scope = TenantScope::new(
        OrganizationId::new(ORGANIZATION).unwrap(),
        UserId::new(USER).unwrap(),
    );
    connections.overview(&scope).await.unwrap().total()
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_what_is_answered_at_once_everybody_is_told_to_come_back() {
    let app = Builder::new()
        .settings(|settings| settings.protection.outside_requests_at_once = 1)
        .start()
        .await;
    app.providers
        .script(keys::TAKEALOT_GOOD, Behaviour::NeverAnswers);
    let stuck = app
        .as_seller(Method::POST, "/api/connections")
        .json(&takealot(keys::TAKEALOT_GOOD));
    let stuck = tokio::spawn(stuck.send());
    while app.providers.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await;
    answer.problem(503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
    // Not even a look at who it is.
    let stranger = app
        .ask(Method::POST, "/api/connections")
        .token("x.y.z")
        .json(&takealot(keys::TAKEALOT_GOOD));
    stranger.send().await.problem(503, "busy");
    // A marketplace that does not answer is in nobody's way who asks for nothing of it.
    app.get("/api/connections").await.ok(200);
    app.ask(Method::GET, "/readyz").send().await.ok(200);
    assert!(logs::lines().contains("some are turned away"));
    stuck.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_are_answered_when_nobody_else_is() {
    let app = Builder::new()
        .settings(|settings| {
            settings.protection.requests_at_once = 1;
            settings.protection.address_requests_per_minute = 1;
            settings.protection.address_requests_burst = 1;
        })
        .start()
        .await;
    app.get("/api/marketplaces").await.ok(200);
    app.get("/api/marketplaces")
        .await
        .problem(429, "too-many-requests");
    for _ in 0..5 {
        app.ask(Method::GET, "/livez").send().await.ok(200);
        app.ask(Method::GET, "/readyz").send().await.ok(200);
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_slowly_takes_nobody_s_place() {
    let app = Builder::new()
        .settings(|settings| settings.protection.requests_at_once = 1)
        .start()
        .await;
    let connection = app.connect_untested(1).await;
    let path = path_of(&connection, "");
    let slow: Vec<_> = (0..3).map(|_| promise_a_body(&app, &path)).collect();
    app.get("/api/connections").await.ok(200);
    for (number, mut stream) in slow.into_iter().enumerate() {
        let body = format!("{{\"label\": \"Name {number}\"}}");
        assert_eq!(body.len(), 19);
        stream.write_all(body.as_bytes()).unwrap();
        stream.write_all(b" ").unwrap();
        assert!(read_some(&mut stream).starts_with("HTTP/1.1 200 "));
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = Builder::new()
        .settings(|settings| settings.protection.body_timeout_seconds = 1)
        .start()
        .await;
    let connection = app.connect_untested(1).await;
    let mut stream = promise_a_body(&app, &path_of(&connection, ""));
    let answer = read_some(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("within 1 seconds"), "{answer}");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_kept_waiting_too_long_is_told_so_and_what_was_begun_is_finished() {
    let app = Builder::new()
        .settings(|settings| settings.protection.request_timeout_seconds = 1)
        .start()
        .await;
    let slow = Fault::Slow(Duration::from_secs(2));
    app.providers
        .inject(FaultRule::new(slow).at(Call::TakealotSeller).times(1));
    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await;
    let problem = answer.problem(504, "took-too-long");
    assert!(problem["detail"].as_str().unwrap().contains("finished"));

    while connected(&app.connections).await == 0 {
        tokio::task::yield_now().await;
    }
    let made = app.get("/api/connections").await.ok(200)["items"][0].clone();
    let events = app.get(&path_of(&made, "/events")).await.ok(200);
    assert_eq!(events["items"][0]["kind"], "connection.created");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_finished_though_the_caller_is_gone_and_the_server_stops() {
    let app = TestApp::start().await;
    let slow = Fault::Slow(Duration::from_secs(1));
    app.providers
        .inject(FaultRule::new(slow).at(Call::TakealotSeller).times(1));
    let body = takealot(keys::TAKEALOT_GOOD).to_string();
    let mut stream = dial(&app);
    let request = format!(
        "POST /api/connections HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        app.token_of(USER, ORGANIZATION),
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    while app.providers.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    let connections = app.connections.clone();
    app.stop().await.unwrap();
    assert_eq!(connected(&connections).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_an_allowance_of_its_own() {
    let app = Builder::new()
        .settings(|settings| {
            settings.protection.address_requests_per_minute = 1;
            settings.protection.address_requests_burst = 2;
        })
        .start()
        .await;
    let ask = async |from: &str| {
        app.ask(Method::GET, "/api/openapi.json")
            .header("x-forwarded-for", from)
            .send()
            .await
    };
    let answer = ask("203.0.113.1").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("ratelimit"), "\"address\";r=1");
    assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=2;w=120");
    // To a caller who is known, their own allowance is told.
    let answer = app.get("/api/connections").await;
    assert!(answer.header("ratelimit").starts_with("\"caller\";r="));
    // Nobody has said that whoever calls may speak for others.
    let answer = ask("203.0.113.2").await;
    answer.problem(429, "too-many-requests");
    assert!(answer.header("ratelimit").starts_with("\"address\";r=0;t="));
    assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=2;w=120");
    assert!(!answer.header("retry-after").is_empty());
    assert!(logs::lines().contains("whom TRUSTED_PROXIES does not name"));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_is_named_each_caller_has_an_address() {
    let app = Builder::new()
        .settings(|settings| {
            settings.protection.address_requests_per_minute = 1;
            settings.protection.address_requests_burst = 1;
            settings.protection.trusted_proxies = vec!["127.0.0.0/8".to_owned()];
            settings.login_failures_per_minute = 1;
        })
        .start()
        .await;
    let ask = async |from: &str| {
        app.ask(Method::GET, "/api/connections")
            .token("x.y.z")
            .header("x-forwarded-for", from)
            .send()
            .await
    };
    ask("203.0.113.1").await.problem(401, "invalid-token");
    ask("203.0.113.2").await.problem(401, "invalid-token");
    // What a caller wrote there first is not believed.
    ask("203.0.113.9, 203.0.113.1")
        .await
        .problem(429, "too-many-requests");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_connections_are_taken_and_the_next_waits() {
    let app = Builder::new()
        .settings(|settings| settings.protection.max_connections = 1)
        .start()
        .await;
    let live = b"GET /livez HTTP/1.1\r\nhost: test\r\n\r\n";
    let mut first = dial(&app);
    first.write_all(live).unwrap();
    assert!(read_some(&mut first).starts_with("HTTP/1.1 200 "));

    let mut second = dial(&app);
    second.write_all(live).unwrap();
    second
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let nothing = second.read(&mut [0]).unwrap_err();
    assert!(matches!(
        nothing.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    drop(first);
    second.set_read_timeout(None).unwrap();
    assert!(read_some(&mut second).starts_with("HTTP/1.1 200 "));
    drop(second);
    app.stop().await.unwrap();
}
