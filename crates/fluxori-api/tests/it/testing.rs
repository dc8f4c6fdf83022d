use chrono::TimeDelta;
use fluxori_test_support::providers::{Behaviour, keys};
use reqwest::Method;

use crate::{
    app::{TestApp, path_of},
    on_both_databases,
};

on_both_databases!(a_verdict_changes_the_status_and_a_blip_does_not);

async fn a_verdict_changes_the_status_and_a_blip_does_not(app: TestApp) {
    let connection = app.connect_takealot().await;
    let test = async || {
        app.clock.advance(TimeDelta::seconds(1));
        let answer = app
            .as_seller(Method::POST, &path_of(&connection, "/test"))
            .header("idempotency-key", "any")
            .send()
            .await;
        answer.ok(200)
    };
    let good = test().await;
    assert_eq!(good["status"], "connected");
    assert_eq!(good["lastError"], serde_json::Value::Null);

    app.providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Error(503));
    let blip = test().await;
    assert_eq!(blip["status"], "connected");
    assert_eq!(blip["test"]["outcome"], "transient");
    assert_eq!(blip["lastError"], blip["test"]["message"]);

    app.providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Refused);
    let dead = test().await;
    assert_eq!(dead["status"], "expired");
    assert_eq!(dead["statusReason"], "reauth_required");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_cannot_say_where_to_test() {
    let app = TestApp::start().await;
    let connection = app.connect_takealot().await;
    let path = path_of(&connection, "/test");
    app.as_seller(Method::POST, &format!("{path}?url=http://127.0.0.1:1/"))
        .send()
        .await
        .problem(400, "invalid-query");
    let answer = app
        .as_seller(Method::POST, &path)
        .body(r#"{"url":"http://127.0.0.1:1/"}"#)
        .send()
        .await;
    assert_eq!(
        answer.ok(200)["test"]["outcome"],
        "ok",
        "a body is not read"
    );
    app.as_seller(Method::POST, &path)
        .header("idempotency-key", "a b")
        .send()
        .await
        .problem(400, "invalid-header");
    app.stop().await.unwrap();
}
