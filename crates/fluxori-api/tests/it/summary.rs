//! All connections at a glance.

use chrono::TimeDelta;
use fluxori_test_support::providers::{Behaviour, Decision, keys};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, path_of},
    browser::Browser,
    document::assert_fits,
    on_both_databases,
};

const PATH: &str = "/api/connections/summary";

on_both_databases!(
    who_has_no_connection_has_an_empty_summary,
    connections_are_counted_and_the_next_expiry_told,
    what_others_have_does_not_count,
);

async fn summary(app: &TestApp) -> Value {
    let summary = app.get(PATH).await.ok(200);
    assert_fits(&summary, "ConnectionSummary");
    summary
}

async fn who_has_no_connection_has_an_empty_summary(app: TestApp) {
    let none = json!({
        "total": 0,
        "byStatus": {"pending": 0, "connected": 0, "error": 0, "expired": 0, "disconnected": 0},
        "nextExpiry": null,
    });
    assert_eq!(summary(&app).await, none);
    app.get(&format!("{PATH}?status=expired"))
        .await
        .problem(400, "invalid-query");
    app.stop().await.unwrap();
}

async fn connections_are_counted_and_the_next_expiry_told(app: TestApp) {
    app.connect_untested(1).await;
    let removed = app.connect_untested(2).await;
    let takealot = app.connect_takealot().await;
    let counts = summary(&app).await;
    assert_eq!(counts["total"], 3);
    assert_eq!(counts["byStatus"]["pending"], 2);
    assert_eq!(counts["byStatus"]["connected"], 1);
    assert_eq!(counts["nextExpiry"], Value::Null, "a key never runs out");

    let mut browser = Browser::new(&app);
    let amazon = browser.connect("amazon", &Decision::agree()).await;
    let shopify = browser.connect("shopify", &Decision::agree()).await;
    for (id, path) in [
        (amazon.connected()[0], "amazon"),
        (shopify.connected()[0], "shopify"),
    ] {
        let shown = app.get(&format!("/api/connections/{id}")).await.ok(200);
        assert!(shown["nextExpiry"]["at"].is_string(), "{path}: {shown}");
    }
    let first = app
        .get(&format!("/api/connections/{}", shopify.connected()[0]))
        .await
        .ok(200);
    let next = summary(&app).await["nextExpiry"].clone();
    assert_eq!(next["connectionId"], first["id"]);
    assert_eq!(next["label"], first["label"]);
    assert_eq!(next["marketplace"], "shopify");
    assert_eq!(next["kind"], "refresh_token");
    assert_eq!(next["at"], first["nextExpiry"]["at"]);
    assert_eq!(next["warningDays"], Value::Null);
    app.clock.advance(TimeDelta::days(84));
    assert_eq!(summary(&app).await["nextExpiry"]["warningDays"], 7);

    app.providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Refused);
    let test = app.as_seller(Method::POST, &path_of(&takealot, "/test"));
    test.send().await.ok(200);
    let delete = app.as_seller(Method::DELETE, &path_of(&removed, ""));
    delete.send().await.ok(200);
    let counts = summary(&app).await;
    let by_status =
        json!({"pending": 1, "connected": 2, "error": 0, "expired": 1, "disconnected": 0});
    assert_eq!(counts["byStatus"], by_status);
    assert_eq!(counts["total"], 4);
    app.stop().await.unwrap();
}

async fn what_others_have_does_not_count(app: TestApp) {
    app.connect_takealot().await;
    let mut browser = Browser::new(&app);
    browser
        .connect("amazon", &Decision::agree())
        .await
        .connected();
    for (user, organization) in [
        ("seller-2", "org-1"),
        ("seller-1", "org-2"),
        ("org-1", "seller-1"),
    ] {
        let token = app.token_of(user, organization);
        let theirs = app
            .ask(Method::GET, PATH)
            .token(&token)
            .send()
            .await
            .ok(200);
        assert_eq!(theirs["total"], 0, "{user} of {organization}");
        assert_eq!(theirs["nextExpiry"], Value::Null);
    }
    assert_eq!(summary(&app).await["total"], 2);
    app.stop().await.unwrap();
}
