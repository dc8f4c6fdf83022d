use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::Ordering,
};

use fluxori_api::{ApiError, ApiSettings, ApiState, Server};
use fluxori_test_support::providers::keys;
use reqwest::Method;

use crate::app::{Builder, TestApp, takealot};

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_parts_and_liveness_does_not() {
    let app = TestApp::start().await;
    app.ask(Method::GET, "/readyz").send().await.ok(200);
    app.ready.store(false, Ordering::SeqCst);
    let answer = app.ask(Method::GET, "/readyz").send().await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.text.contains("lowered"), "the cause is for the log");
    app.ask(Method::GET, "/livez").send().await.ok(200);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_at_hand_is_finished_at_shutdown() {
    let app = TestApp::start().await;
    // Half of the request is sent, then the server is told to stop, then the other half.
    let token = app.token_of("seller-1", "org-1");
    let body = takealot(keys::TAKEALOT_GOOD).to_string();
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /api/connections HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server says that it is waiting for the body: the request is at hand.
    let mut buffer = [0; 1024];
    let read = stream.read(&mut buffer).unwrap();
    assert!(buffer[..read].starts_with(b"HTTP/1.1 100 "));

    let address = app.url.trim_start_matches("http://").to_owned();
    let stopping = tokio::spawn(app.stop());
    while TcpStream::connect(&address).is_ok() {
        tokio::task::yield_now().await;
    }
    let answer = tokio::task::spawn_blocking(move || {
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    stopping.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_origins_may_call_from_a_page() {
    let origin = "https://app.example.com";
    let app = Builder::new()
        .settings(|settings| settings.cors_allowed_origins = vec![origin.to_owned()])
        .start()
        .await;
    let preflight = async |from: &str| {
        app.ask(Method::OPTIONS, "/api/connections")
            .header("origin", from)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,idempotency-key,if-match",
            )
            .send()
            .await
    };
    let allowed = preflight(origin).await;
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert_eq!(allowed.header("access-control-allow-origin"), origin);
    // The cookie of a consent has to be stored.
    assert_eq!(allowed.header("access-control-allow-credentials"), "true");
    let foreign = preflight("https://evil.example").await;
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    assert_eq!(foreign.header("access-control-allow-credentials"), "");

    // A page must be able to read refusals, too.
    let refused = app
        .ask(Method::GET, "/api/connections")
        .header("origin", origin)
        .send()
        .await;
    refused.problem(401, "login-required");
    assert_eq!(refused.header("access-control-allow-origin"), origin);
    assert!(
        refused
            .header("access-control-expose-headers")
            .contains("etag")
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_list_no_other_origin_may_call() {
    let app = TestApp::start().await;
    let answer = app
        .as_seller(Method::GET, "/api/connections")
        .header("origin", "https://app.example.com")
        .send()
        .await;
    answer.ok(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_methods_of_an_address_are_named() {
    let app = TestApp::start().await;
    let answer = app.as_seller(Method::PUT, "/api/connections").send().await;
    answer.problem(405, "method-not-allowed");
    assert_eq!(answer.header("allow"), "POST, GET, HEAD");
    app.ask(Method::POST, "/livez")
        .send()
        .await
        .problem(405, "method-not-allowed");
    app.ask(Method::GET, "/api/nothing")
        .send()
        .await
        .problem(404, "not-found");
    let head = app.as_seller(Method::HEAD, "/api/connections").send().await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_leads_to_its_explanation() {
    let app = TestApp::start().await;
    let problem = app.get("/api/nothing").await.problem(404, "not-found");
    let page = app
        .ask(Method::GET, problem["type"].as_str().unwrap())
        .send()
        .await;
    assert_eq!(page.status, 200);
    assert!(page.text.starts_with("## not-found\n"), "{}", page.text);
    app.ask(Method::GET, "/problems/no-such")
        .send()
        .await
        .problem(404, "not-found");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docs_page_is_allowed_nothing_but_its_style() {
    let app = TestApp::start().await;
    let page = app.ask(Method::GET, "/api/docs").send().await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_way_to_log_in_does_not_start() {
    let app = TestApp::start().await;
    let state = || ApiState {
        connections: app.connections.clone(),
        worker_begins: std::sync::Arc::new(|| ()),
        clock: app.clock.clone(),
        readiness: std::sync::Arc::new(AlwaysReady),
        identity_http: None,
        page: None,
    };
    let refused = |settings| match Server::bind(settings, state()) {
        Err(ApiError::Settings(error)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    };
    let error = refused(ApiSettings::default());
    assert!(error.contains("JWT_SECRET"), "{error}");

    let mut settings = ApiSettings::default();
    settings.jwt.jwks_url = Some("https://id.example.com/keys".parse().unwrap());
    settings.jwt.issuer = Some("https://id.example.com".to_owned());
    settings.jwt.audience = Some("fluxori".to_owned());
    let error = refused(settings);
    assert!(error.contains("without a way to fetch"), "{error}");
    app.stop().await.unwrap();
}

#[derive(Debug)]
struct AlwaysReady;

#[async_trait::async_trait]
impl fluxori_api::Readiness for AlwaysReady {
    async fn check(&self) -> Result<(), fluxori_api::NotReady> {
        Ok(())
    }
}
