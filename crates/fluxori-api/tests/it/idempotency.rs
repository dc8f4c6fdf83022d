use fluxori_test_support::providers::{Call, keys};
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{TestApp, takealot},
    exchange::Answer,
    on_both_databases,
};

async fn create(app: &TestApp, key: &str, body: &serde_json::Value) -> Answer {
    app.as_seller(Method::POST, "/api/connections")
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

on_both_databases!(
    the_same_request_twice_makes_one_connection,
    a_failed_request_may_be_sent_again,
);

async fn the_same_request_twice_makes_one_connection(app: TestApp) {
    let body = takealot(keys::TAKEALOT_GOOD);
    let first = create(&app, "k-1", &body).await;
    let again = create(&app, "k-1", &body).await;
    assert_eq!(again.ok(201)["id"], first.ok(201)["id"]);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.providers.count(Call::TakealotSeller), 1);

    let mut other = body;
    other["label"] = json!("Another");
    create(&app, "k-1", &other)
        .await
        .problem(422, "idempotency-mismatch");
    app.stop().await.unwrap();
}

async fn a_failed_request_may_be_sent_again(app: TestApp) {
    create(&app, "k-1", &takealot(keys::TAKEALOT_REFUSED))
        .await
        .problem(422, "credential-not-confirmed");
    create(&app, "k-1", &takealot(keys::TAKEALOT_GOOD))
        .await
        .ok(201);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_belong_to_their_user() {
    let app = TestApp::start().await;
    let body = takealot(keys::TAKEALOT_GOOD);
    let first = create(&app, "k-1", &body).await.ok(201);
    let second = app
        .ask(Method::POST, "/api/connections")
        .token(&app.token_of("seller-2", "org-1"))
        .header("idempotency-key", "k-1")
        .json(&body)
        .send()
        .await
        .ok(201);
    assert_ne!(first["id"], second["id"]);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_no_key_is_refused() {
    let app = TestApp::start().await;
    let long = "x".repeat(129);
    for bad in ["", "a b", long.as_str()] {
        create(&app, bad, &takealot(keys::TAKEALOT_GOOD))
            .await
            .problem(400, "invalid-header");
    }
    app.as_seller(Method::POST, "/api/connections")
        .header("idempotency-key", "a")
        .header("idempotency-key", "b")
        .json(&takealot(keys::TAKEALOT_GOOD))
        .send()
        .await
        .problem(400, "invalid-header");
    assert_eq!(app.providers.requests().len(), 0);
    app.stop().await.unwrap();
}
