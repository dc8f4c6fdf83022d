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

/// A server that wants an issuer and an audience.
async fn strict() -> TestApp {
    Builder::new()
        .settings(|settings| {
            settings.jwt.audience = Some("fluxori".to_owned());
            settings.jwt.issuer = Some("https://id.example.com".to_owned());
            settings.login_failures_per_minute = 1_000;
        })
        .start()
        .await
}

/// The claims that such a server accepts.
fn strict_claims(app: &TestApp) -> Value {
    json!({
        "sub": USER, "org_id": ORGANIZATION, "exp": app.clock.now().timestamp() + 300,
        "aud": "fluxori", "iss": "https://id.example.com",
    })
}

async fn assert_refused(app: &TestApp, name: &str, token: &str, detail: &str) {
    let answer = try_token(app, token).await;
    let problem = answer.problem(401, "invalid-token");
    assert_eq!(problem["detail"], detail, "{name}");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.starts_with("Bearer realm=\"fluxori\", error=\"invalid_token\""),
        "{challenge}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_says_the_wrong_thing_is_refused() {
    const CLAIM: &str =
        "The access token lacks a claim that is needed here, or has it in another form.";
    let app = strict().await;
    let now = app.clock.now().timestamp();
    let good = strict_claims(&app);
    for (name, value, detail) in [
        (
            "exp",
            json!(now - 61),
            "The access token has expired. Log in again.",
        ),
        (
            "nbf",
            json!(now + 61),
            "The access token is not valid yet. Check the clocks.",
        ),
        (
            "aud",
            json!("other"),
            "The access token is meant for another audience.",
        ),
        (
            "aud",
            json!([]),
            "The access token is meant for another audience.",
        ),
        (
            "iss",
            json!("https://evil.example"),
            "The access token comes from another issuer.",
        ),
        ("exp", json!(null), CLAIM),
        ("exp", json!("tomorrow"), CLAIM),
        ("sub", json!(null), CLAIM),
        ("sub", json!(7), CLAIM),
        ("sub", json!("x".repeat(129)), CLAIM),
        ("org_id", json!("a\nb"), CLAIM),
        ("role", json!({}), CLAIM),
    ] {
        let token = hs256(SECRET, &with(good.clone(), name, value));
        assert_refused(&app, name, &token, detail).await;
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_not_signed_for_us_is_refused_without_a_hint() {
    let app = strict().await;
    let good = strict_claims(&app);
    let token = hs256(SECRET, &good);
    try_token(&app, &token).await.ok(200);

    let header = |header: Value| hs256_with(SECRET, &header, &good);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, payload) = signed.split_once('.').unwrap();
    let none = encode(&json!({"alg": "none"}));
    let later = encode(&with(good.clone(), "exp", json!(4_000_000_000_u64)));
    let long = with(good.clone(), "padding", json!("x".repeat(8 * 1024)));
    for (name, bad) in [
        (
            "other secret",
            hs256("canary-other-secret-0123456789abcdef", &good),
        ),
        ("empty secret", hs256("", &good)),
        ("none", format!("{none}.{payload}.")),
        (
            "none with a signature",
            format!("{none}.{payload}.{signature}"),
        ),
        ("no signature", format!("{signed}.")),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{token}.e30")),
        ("changed payload", format!("{head}.{later}.{signature}")),
        ("cut signature", token[..token.len() - 2].to_owned()),
        ("padded", format!("{token}==")),
        ("HS512", header(json!({"alg": "HS512"}))),
        ("RS256", header(json!({"alg": "RS256"}))),
        ("ES256", header(json!({"alg": "ES256"}))),
        ("crit", header(json!({"alg": "HS256", "crit": ["exp"]}))),
        (
            "other type",
            header(json!({"alg": "HS256", "typ": "logout+jwt"})),
        ),
        ("garbage", "canary-token".to_owned()),
        ("too long", hs256(SECRET, &long)),
        (
            "array",
            format!("{head}.{}.x", URL_SAFE_NO_PAD.encode("[]")),
        ),
    ] {
        assert_refused(
            &app,
            name,
            &bad,
            "The access token cannot be verified. Log in again.",
        )
        .await;
    }
    // Hints at keys are not looked at: this signature is ours.
    let hint = json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}, "kid": "../../dev/null"});
    try_token(&app, &header(hint)).await.ok(200);
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
