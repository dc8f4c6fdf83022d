use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use fluxori_domain::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, ORGANIZATION, TestApp, USER},
    exchange::Answer,
    tokens::{SECRET, claims, encode, hs256, hs256_with},
};

async fn try_token(app: &TestApp, token: &str) -> Answer {
    app.ask(Method::GET, "/api/connections")
        .token(token)
        .send()
        .await
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_token_logs_in() {
    let app = TestApp::start().await;
    let token = app.token_of(USER, ORGANIZATION);
    try_token(&app, &token).await.ok(200);
    // The scheme is not case-sensitive (RFC 9110, section 11.1).
    let answer = app
        .ask(Method::GET, "/api/connections")
        .header("authorization", &format!("bearer {token}"))
        .send()
        .await;
    answer.ok(200);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_token_is_refused() {
    let app = Builder::new()
        .settings(|settings| {
            settings.jwt.audience = Some("fluxori".to_owned());
            settings.jwt.issuer = Some("https://id.example.com".to_owned());
            settings.login_failures_per_minute = 1_000;
        })
        .start()
        .await;
    let now = app.clock.now();
    let good = json!({
        "sub": USER, "org_id": ORGANIZATION, "exp": now.timestamp() + 300,
        "aud": "fluxori", "iss": "https://id.example.com",
    });
    let good_token = hs256(SECRET, &good);
    try_token(&app, &good_token).await.ok(200);

    let unverified = "The access token cannot be verified. Log in again.";
    let expired = "The access token has expired. Log in again.";
    let issuer = "The access token comes from another issuer.";
    let audience = "The access token is meant for another audience.";
    let claim = "The access token lacks a claim that is needed here, or has it in another form.";
    let sign = |name: &str, value: Value| hs256(SECRET, &with(good.clone(), name, value));
    let header = |header: Value| hs256_with(SECRET, &header, &good);
    let (signed, signature) = good_token.rsplit_once('.').unwrap();
    let (head, payload) = signed.split_once('.').unwrap();
    let unsigned = encode(&json!({"alg": "none"}));
    let later = encode(&with(good.clone(), "exp", json!(now.timestamp() + 3000)));
    for (name, token, detail) in [
        ("expired", sign("exp", json!(now.timestamp() - 61)), expired),
        (
            "future",
            sign("nbf", json!(now.timestamp() + 61)),
            "The access token is not valid yet. Check the clocks.",
        ),
        ("audience", sign("aud", json!("other")), audience),
        ("issuer", sign("iss", json!("https://evil.example")), issuer),
        ("endless", sign("exp", json!(null)), claim),
        ("text for time", sign("exp", json!("tomorrow")), claim),
        ("no user", sign("sub", json!(null)), claim),
        ("number for user", sign("sub", json!(7)), claim),
        (
            "control in organization",
            sign("org_id", json!("a\nb")),
            claim,
        ),
        ("object for role", sign("role", json!({})), claim),
        (
            "other secret",
            hs256("canary-other-secret-0123456789abcdef", &good),
            unverified,
        ),
        ("empty secret", hs256("", &good), unverified),
        ("none", format!("{unsigned}.{payload}."), unverified),
        (
            "none with signature",
            format!("{unsigned}.{payload}.{signature}"),
            unverified,
        ),
        ("no signature", format!("{signed}."), unverified),
        ("two parts", signed.to_owned(), unverified),
        ("four parts", format!("{good_token}.e30"), unverified),
        (
            "changed payload",
            format!("{head}.{later}.{signature}"),
            unverified,
        ),
        (
            "cut signature",
            good_token[..good_token.len() - 2].to_owned(),
            unverified,
        ),
        ("padded", format!("{good_token}=="), unverified),
        ("HS512", header(json!({"alg": "HS512"})), unverified),
        ("RS256", header(json!({"alg": "RS256"})), unverified),
        ("ES256", header(json!({"alg": "ES256"})), unverified),
        (
            "crit",
            header(json!({"alg": "HS256", "crit": ["exp"]})),
            unverified,
        ),
        (
            "other type",
            header(json!({"alg": "HS256", "typ": "logout+jwt"})),
            unverified,
        ),
        (
            "own key",
            header(
                json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}, "kid": "../../dev/null"}),
            ),
            "",
        ),
        ("garbage", "canary-token".to_owned(), unverified),
        (
            "too long",
            sign("padding", json!("x".repeat(8 * 1024))),
            unverified,
        ),
        (
            "array",
            format!("{head}.{}.x", URL_SAFE_NO_PAD.encode("[]")),
            unverified,
        ),
    ] {
        let answer = try_token(&app, &token).await;
        if name == "own key" {
            answer.ok(200); // Key hints in a header are not looked at; the signature is ours.
            continue;
        }
        let problem = answer.problem(401, "invalid-token");
        assert_eq!(problem["detail"], detail, "{name}");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer realm=\"fluxori\", error=\"invalid_token\""),
            "{challenge}"
        );
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_bearer_token_is_told_to_bring_one() {
    let app = TestApp::start().await;
    for value in [
        None,
        Some("Basic dXNlcjpjYW5hcnk="),
        Some("Bearer"),
        Some("Token x"),
    ] {
        let mut ask = app.ask(Method::GET, "/api/connections");
        if let Some(value) = value {
            ask = ask.header("authorization", value);
        }
        let answer = ask.send().await;
        answer.problem(401, "login-required");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"fluxori\""
        );
    }
    let token = app.token_of(USER, ORGANIZATION);
    app.ask(Method::GET, "/api/connections")
        .token(&token)
        .token(&token)
        .send()
        .await
        .problem(401, "invalid-token");
    // Neither a cookie nor the query stands in for the header.
    app.ask(
        Method::GET,
        &format!("/api/connections?access_token={token}"),
    )
    .header("cookie", &format!("token={token}"))
    .send()
    .await
    .problem(401, "login-required");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_token_expires_all_the_same() {
    let app = TestApp::start().await;
    let token = hs256(
        SECRET,
        &json!({"sub": USER, "org_id": ORGANIZATION, "exp": app.clock.now().timestamp() + 10}),
    );
    try_token(&app, &token).await.ok(200);
    app.clock.advance(TimeDelta::seconds(69));
    try_token(&app, &token).await.ok(200);
    app.clock.advance(TimeDelta::seconds(1));
    try_token(&app, &token).await.problem(401, "invalid-token");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_only_looks_cannot_change() {
    let app = TestApp::start().await;
    let viewer = with(
        claims(USER, ORGANIZATION, app.clock.now()),
        "role",
        json!("viewer"),
    );
    let token = hs256(SECRET, &viewer);
    let path = crate::app::path_of(&app.connect_takealot().await, "");
    app.ask(Method::GET, &path)
        .token(&token)
        .send()
        .await
        .ok(200);
    for (method, path) in [
        (Method::POST, "/api/connections".to_owned()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::PUT, format!("{path}/credentials")),
        (Method::POST, format!("{path}/test")),
    ] {
        app.ask(method, &path)
            .token(&token)
            .json(&json!({}))
            .send()
            .await
            .problem(403, "forbidden");
    }
    app.get(&path).await.ok(200);
    app.stop().await.unwrap();
}
