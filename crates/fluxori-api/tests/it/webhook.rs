//! What Shopify tells us of its own accord.

use chrono::TimeDelta;
use fluxori_domain::Clock;
use fluxori_test_support::providers::{Decision, keys, sign_shopify_body};
use reqwest::Method;

use crate::{
    app::{Builder, TestApp},
    browser::Browser,
    exchange::{Answer, Ask},
    on_both_databases,
};

on_both_databases!(an_uninstalled_app_disconnects_the_shop);

const PATH: &str = "/api/webhooks/shopify";
const BODY: &str = r#"{"id":1}"#;

/// A message about the shop, triggered now.
fn message(app: &TestApp, topic: &str, id: &str, secret: &str) -> Ask {
    app.ask(Method::POST, PATH)
        .header(
            "x-shopify-hmac-sha256",
            &sign_shopify_body(BODY.as_bytes(), secret),
        )
        .header("x-shopify-topic", topic)
        .header("x-shopify-shop-domain", keys::SHOPIFY_SHOP)
        .header("x-shopify-webhook-id", id)
        .header("x-shopify-triggered-at", &app.clock.now().to_rfc3339())
        .body(BODY)
}

async fn tell(app: &TestApp, topic: &str, id: &str) -> Answer {
    message(app, topic, id, keys::SHOPIFY_CLIENT_SECRET)
        .send()
        .await
}

async fn an_uninstalled_app_disconnects_the_shop(app: TestApp) {
    let mut browser = Browser::new(&app);
    let arrival = browser.connect("shopify", &Decision::agree()).await;
    let path = format!("/api/connections/{}", arrival.connected()[0]);
    app.clock.advance(TimeDelta::minutes(1));
    let status = async || app.get(&path).await.ok(200)["status"].clone();

    assert_eq!(tell(&app, "customers/redact", "one").await.status, 200);
    assert_eq!(status().await, "connected");
    assert_eq!(tell(&app, "app/uninstalled", "two").await.status, 200);
    assert_eq!(status().await, "disconnected");
    app.clock.advance(TimeDelta::minutes(1));

    let url = browser.leave_again(arrival.connected()[0]).await;
    let back = browser.decide(&url, &Decision::agree());
    assert_eq!(browser.arrive(&back).await.connected().len(), 1);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(tell(&app, "app/uninstalled", "two").await.status, 200);
    assert_eq!(status().await, "connected", "it was dealt with before");
    assert_eq!(tell(&app, "shop/redact", "three").await.status, 200);
    app.get(&path).await.problem(404, "not-found");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_the_headers_of_events_is_understood() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let arrival = browser.connect("shopify", &Decision::agree()).await;
    let path = format!("/api/connections/{}", arrival.connected()[0]);
    app.clock.advance(TimeDelta::minutes(1));
    let answer = app
        .ask(Method::POST, PATH)
        .header(
            "Shopify-Hmac-Sha256",
            &sign_shopify_body(BODY.as_bytes(), keys::SHOPIFY_CLIENT_SECRET),
        )
        .header("Shopify-Topic", "app/uninstalled")
        .header("Shopify-Shop-Domain", keys::SHOPIFY_SHOP)
        .header("Shopify-Webhook-Id", "one")
        .header("Shopify-Triggered-At", &app.clock.now().to_rfc3339())
        .body(BODY)
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(app.get(&path).await.ok(200)["status"], "disconnected");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_shopifys_is_refused() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 2)
        .start()
        .await;
    for _ in 0..2 {
        let answer = message(&app, "app/uninstalled", "one", "canary-other").send();
        answer.await.problem(401, "forged-webhook");
    }
    let answer = app.ask(Method::POST, PATH).body(BODY).send().await;
    answer.problem(429, "too-many-requests");
    let real = tell(&app, "customers/redact", "one").await;
    assert_eq!(real.status, 200, "a real one is not held up");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_understood_is_refused() {
    let app = TestApp::start().await;
    tell(&app, "orders/create", "one")
        .await
        .problem(400, "malformed-webhook");
    let twice = message(&app, "app/uninstalled", "one", keys::SHOPIFY_CLIENT_SECRET);
    let answer = twice.header("x-shopify-topic", "shop/redact").send().await;
    answer.problem(400, "malformed-webhook");
    let answer = app
        .ask(Method::POST, PATH)
        .body("x".repeat(64 * 1024 + 1))
        .send()
        .await;
    answer.problem(413, "body-too-large");
    app.stop().await.unwrap();
}
