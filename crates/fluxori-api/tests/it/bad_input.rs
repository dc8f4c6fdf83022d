//! Bodies that must be refused, each precisely, with nothing stored.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use fluxori_test_support::providers::keys;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, takealot},
    on_both_databases,
};

async fn assert_nothing_stored(app: TestApp) {
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"], json!([]));
    assert_eq!(app.providers.requests().len(), 0, "nobody was asked");
    app.stop().await.unwrap();
}

on_both_databases!(a_body_that_is_not_json_is_refused);

async fn a_body_that_is_not_json_is_refused(app: TestApp) {
    let key = keys::TAKEALOT_GOOD;
    let good = takealot(key).to_string();
    let raw_control = good.replace("takealot", "take\u{1}alot");
    for body in [
        String::new(),
        "canary-plain".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}{good}"),
        good.replace('"', "'"),
        raw_control,
        format!("\u{feff}{good}"),
        "[".repeat(5_000),
        "{\"marketplace\":\"\\ud800\"}".to_owned(),
        "NaN".to_owned(),
    ] {
        let answer = app
            .as_seller(Method::POST, "/api/connections")
            .body(body.clone())
            .send()
            .await;
        let problem = answer.problem(400, "malformed-json");
        assert!(
            problem["detail"].as_str().unwrap().contains("line"),
            "{body}"
        );
    }
    let invalid_utf8 = [good.as_bytes(), &[0xff]].concat();
    app.as_seller(Method::POST, "/api/connections")
        .body(invalid_utf8)
        .send()
        .await
        .problem(400, "malformed-json");
    assert_nothing_stored(app).await;
}

/// The usual request with one member changed.
fn with(path: &str, value: Value) -> Value {
    let mut body = takealot(keys::TAKEALOT_GOOD);
    match path.split_once('.') {
        Some((outer, inner)) => body[outer][inner] = value,
        None => body[path] = value,
    }
    body
}

fn without(name: &str) -> Value {
    let mut body = takealot(keys::TAKEALOT_GOOD);
    body.as_object_mut().unwrap().remove(name);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_cannot_be_are_named() {
    let app = TestApp::start().await;
    let long_label = "x".repeat(101);
    let long_key = "canary-".repeat(100);
    for (body, field) in [
        (with("marketplace", json!("ebay")), "marketplace"),
        (with("marketplace", json!("Takealot")), "marketplace"),
        (with("marketplace", json!("takeаlot")), "marketplace"), // Cyrillic а
        (with("marketplace", json!(["takealot"])), "marketplace"),
        (with("marketplace", json!(null)), "marketplace"),
        (with("authType", json!(7)), "authType"),
        (with("authType", json!("apiKey")), "authType"),
        (with("label", json!("")), "label"),
        (with("label", json!("   ")), "label"),
        (with("label", json!(long_label)), "label"),
        (with("label", json!("a\u{0}b")), "label"),
        (with("label", json!("a\r\nX-Evil: 1")), "label"),
        (with("label", json!({"canary-x": 1})), "label"),
        (with("verify", json!(true)), "verify"),
        (with("verify", json!("never")), "verify"),
        (with("makeDefault", json!("true")), "makeDefault"),
        (with("credentials", json!("canary-text")), "credentials"),
        (with("credentials", json!(["canary-text"])), "credentials"),
        (
            with("credentials.apiKey", json!(12_345)),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!(null)),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!({"a": 1})),
            "credentials.apiKey",
        ),
        (with("credentials.apiKey", json!("")), "credentials.apiKey"),
        (
            with("credentials.apiKey", json!(" \t ")),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!("canary-a\r\nX-Evil: 1")),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!("canary-a\u{0}b")),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!("canary-ключ")),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiKey", json!(long_key)),
            "credentials.apiKey",
        ),
        (
            with("credentials.apiSurface", json!("none")),
            "credentials.apiSurface",
        ),
        (
            with("credentials.surprise", json!("canary-x")),
            "credentials.surprise",
        ),
        (
            with("credentials.canary-1", json!("canary-x")),
            "credentials",
        ),
        (with("lable", json!("canary-x")), "lable"),
        (with("credential", json!({})), "credential"),
        (without("marketplace"), ""),
        (without("authType"), ""),
        (without("credentials"), ""),
        (json!([]), ""),
        (json!("canary-text"), ""),
        (json!(null), ""),
    ] {
        let answer = app.post("/api/connections", &body).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        assert!(!answer.text.contains("Evil"), "{problem}");
    }
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_no_shop_is_refused() {
    let app = TestApp::start().await;
    for shop in [
        "shop.example.com",
        "a.myshopify.com.evil.example",
        "../a.myshopify.com",
        "a.myshopify.com/../x",
        "a.myshopify.com:8443",
        "evil@a.myshopify.com",
        "a.myshopify.com#",
        "a.myshopify.com?x",
        "shоp.myshopify.com", // Cyrillic о
        "a\u{200b}.myshopify.com",
        "a.myshopify。com",
        "a\r\nb.myshopify.com",
        "127.0.0.1",
        "[::1]",
        "http://169.254.169.254/.myshopify.com",
    ] {
        let body = json!({
            "marketplace": "shopify",
            "authType": "custom_app_token",
            "credentials": {"shop": shop, "accessToken": keys::SHOPIFY_GOOD},
        });
        let answer = app.post("/api/connections", &body).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["errors"][0]["field"], "credentials.shop", "{shop}");
    }
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_comes_twice_is_refused() {
    let app = TestApp::start().await;
    let twice =
        r#"{"marketplace":"takealot","marketplace":"xero","authType":"api_key","credentials":{}}"#;
    let answer = app
        .as_seller(Method::POST, "/api/connections")
        .body(twice)
        .send()
        .await;
    answer.problem(422, "validation-failed");
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_is_refused() {
    let app = TestApp::start().await;
    let body = takealot(keys::TAKEALOT_GOOD).to_string();
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "multipart/form-data; boundary=x"),
        ("content-type", "application/json-patch+json"),
    ] {
        // Set before the body, so that no other type is added.
        let response = app
            .http
            .post(format!("{}/api/connections", app.url))
            .header(name, value)
            .bearer_auth(app.token_of("seller-1", "org-1"))
            .body(body.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 415, "{value}");
    }
    app.as_seller(Method::POST, "/api/connections")
        .header("content-encoding", "gzip")
        .body(body)
        .send()
        .await
        .problem(415, "unsupported-media-type");
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_ten_mebibytes_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    let head = "content-length: 10485760\r\n\r\n{\"marketplace\":\"";
    let answer = raw_post(&app, head, &[]);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("/problems/body-too-large"), "{answer}");
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_length_is_read_up_to_the_limit() {
    let app = TestApp::start().await;
    let chunk = format!("{:x}\r\n{}\r\n", 0x8000, "x".repeat(0x8000));
    let chunks: Vec<_> = (0..3).map(|_| chunk.clone()).collect();
    let answer = raw_post(&app, "transfer-encoding: chunked\r\n\r\n", &chunks);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_nothing_stored(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_ends_early_is_refused() {
    let app = TestApp::start().await;
    let mut stream = post_head(&app, "content-length: 100\r\n\r\n{");
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    // Closing without an answer is fine as well: the caller has gone.
    let _ = stream.read_to_string(&mut answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );
    assert_nothing_stored(app).await;
}

fn post_head(app: &TestApp, rest: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
    let token = app.token_of("seller-1", "org-1");
    let head = format!(
        "POST /api/connections HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{rest}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Sends as much as the server takes and returns the head and body of its answer.
fn raw_post(app: &TestApp, rest: &str, chunks: &[String]) -> String {
    let mut stream = post_head(app, rest);
    for chunk in chunks {
        // The server may have answered and closed already.
        let _ = stream.write_all(chunk.as_bytes());
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains("\"requestId\"") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
