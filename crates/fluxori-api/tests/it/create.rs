use fluxori_test_support::providers::{Behaviour, Call, keys};
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, TestApp, path_of, takealot},
    on_both_databases,
};

/// Replaces what differs from run to run, and checks that it is what it should be.
fn settled(mut view: Value) -> Value {
    let id = view["id"].as_str().unwrap();
    assert_eq!(id.len(), 36, "{id}");
    view["id"] = json!("[id]");
    if let Some(latency) = view.pointer_mut("/test/latencyMs") {
        assert!(latency.as_u64().unwrap() < 10_000);
        *latency = json!("[latency]");
    }
    view
}

on_both_databases!(
    a_key_that_works_becomes_a_connection,
    a_key_may_be_stored_untested,
    a_refused_key_is_not_stored,
    the_same_account_is_connected_once,
);

async fn a_key_that_works_becomes_a_connection(app: TestApp) {
    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await;
    let view = answer.ok(201);
    assert_eq!(answer.header("location"), path_of(&view, ""));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_json_snapshot!("created", settled(view.clone()));

    let shown = app.get(answer.header("location")).await.ok(200);
    assert_eq!(shown["label"], view["label"]);
    assert!(app.providers.violations().is_empty());
    app.stop().await.unwrap();
}

async fn a_key_may_be_stored_untested(app: TestApp) {
    let mut body = takealot(keys::TAKEALOT_GOOD);
    body["verify"] = json!("skip");
    body["label"] = json!("  Räuber & Söhne 🛒 ");
    let view = app.post("/api/connections", &body).await.ok(201);
    assert_eq!(view["status"], "pending");
    assert_eq!(view["label"], "Räuber & Söhne 🛒");
    assert_eq!(view["test"], json!(null));
    assert_eq!(app.providers.requests().len(), 0, "nobody was asked");
    app.stop().await.unwrap();
}

async fn a_refused_key_is_not_stored(app: TestApp) {
    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_REFUSED))
        .await;
    let problem = answer.problem(422, "credential-not-confirmed");
    assert_eq!(problem["outcome"], "reauth_required");
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"], json!([]));
    app.stop().await.unwrap();
}

async fn the_same_account_is_connected_once(app: TestApp) {
    let first = app.connect_takealot().await;
    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await;
    let problem = answer.problem(409, "already-connected");
    assert_eq!(problem["existingConnectionId"], first["id"]);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_marketplace_says_when_to_come_back() {
    let app = TestApp::start().await;
    let answer = app
        .post("/api/connections", &takealot(keys::TAKEALOT_THROTTLED))
        .await;
    let problem = answer.problem(422, "credential-not-confirmed");
    assert_eq!(problem["outcome"], "throttled");
    assert!(problem["retryAt"].as_str().unwrap().ends_with('Z'));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_reaches_several_accounts_asks_which() {
    let app = TestApp::start().await;
    let mut body = json!({
        "marketplace": "xero",
        "authType": "oauth",
        "credentials": {"accessToken": keys::XERO_SEVERAL, "refreshToken": keys::XERO_REFRESH},
    });
    let problem = app
        .post("/api/connections", &body)
        .await
        .problem(422, "choice-required");
    let choices: Vec<_> = problem["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| choice["id"].as_str().unwrap())
        .collect();
    assert_eq!(choices, [keys::XERO_TENANT, keys::XERO_OTHER_TENANT]);

    body["credentials"]["tenantId"] = json!(choices[1]);
    let view = app.post("/api/connections", &body).await.ok(201);
    assert_eq!(view["account"]["id"], keys::XERO_OTHER_TENANT);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_offered_or_not_set_up_is_said_so() {
    let app = Builder::new().without_applications().start().await;
    let mut body = takealot(keys::TAKEALOT_GOOD);
    body["authType"] = json!("oauth");
    app.post("/api/connections", &body)
        .await
        .problem(422, "not-supported");
    let body = json!({"marketplace": "amazon", "authType": "self_authorised", "credentials": {}});
    app.post("/api/connections", &body)
        .await
        .problem(422, "not-configured");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_marketplace_says_never_reaches_the_caller() {
    let app = TestApp::start().await;
    let reply = fluxori_test_support::providers::Reply::json(
        401,
        r#"{"message":"provider-text-4711 <script>"}"#,
    );
    app.providers.script_call(
        Call::TakealotSeller,
        keys::TAKEALOT_GOOD,
        Behaviour::Reply(reply),
    );
    let answer = app
        .as_seller(Method::POST, "/api/connections")
        .json(&takealot(keys::TAKEALOT_GOOD))
        .send()
        .await;
    answer.problem(422, "credential-not-confirmed");
    assert!(!answer.text.contains("4711"));
    app.stop().await.unwrap();
}
