use fluxori_test_support::providers::{Behaviour, Call, Reply, keys};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, path_of},
    exchange::Answer,
    on_both_databases,
};

const NEW_KEY: &str = concat!(
    "fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0",
    "fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0fa15ecafe0",
    "0000abcd"
);

async fn put(app: &TestApp, connection: &Value, key: &str, if_match: Option<&str>) -> Answer {
    let mut ask = app
        .as_seller(Method::PUT, &path_of(connection, "/credentials"))
        .json(&json!({"credentials": {"apiKey": key}}));
    if let Some(tag) = if_match {
        ask = ask.header("if-match", tag);
    }
    ask.send().await
}

on_both_databases!(
    a_new_key_of_the_same_account_takes_over,
    a_new_key_that_fails_leaves_the_old_one_in_force,
);

async fn a_new_key_of_the_same_account_takes_over(app: TestApp) {
    let connection = app.connect_takealot().await;
    app.providers.script(NEW_KEY, Behaviour::Good);
    let answer = put(&app, &connection, NEW_KEY, Some("\"1\"")).await;
    let view = answer.ok(200);
    assert_eq!(view["id"], connection["id"]);
    assert_eq!(view["test"]["outcome"], "ok");
    assert_eq!(answer.header("etag"), "\"2\"");

    // The old key is of no use to us any more.
    app.providers
        .script(keys::TAKEALOT_GOOD, Behaviour::Refused);
    let tested = app
        .as_seller(Method::POST, &path_of(&connection, "/test"))
        .send()
        .await;
    assert_eq!(tested.ok(200)["test"]["outcome"], "ok");
    app.stop().await.unwrap();
}

async fn a_new_key_that_fails_leaves_the_old_one_in_force(app: TestApp) {
    let connection = app.connect_takealot().await;
    put(&app, &connection, keys::TAKEALOT_REFUSED, None)
        .await
        .problem(422, "credential-not-confirmed");
    put(&app, &connection, NEW_KEY, Some("\"9\""))
        .await
        .problem(412, "precondition-failed");
    let tested = app
        .as_seller(Method::POST, &path_of(&connection, "/test"))
        .send()
        .await;
    assert_eq!(tested.ok(200)["test"]["outcome"], "ok");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_account_is_refused() {
    let app = TestApp::start().await;
    let connection = app.connect_takealot().await;
    let other = Reply::json(
        200,
        r#"{"seller_id": 999, "display_name": "Somebody else"}"#,
    );
    app.providers
        .script_call(Call::TakealotSeller, NEW_KEY, Behaviour::Reply(other));
    put(&app, &connection, NEW_KEY, None)
        .await
        .problem(409, "other-account");
    assert_eq!(
        app.get(&path_of(&connection, "")).await.ok(200)["version"],
        1
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_form_asks_for_the_key() {
    let app = TestApp::start().await;
    let connection = app.connect_takealot().await;
    let problem = put(&app, &connection, "  ", None)
        .await
        .problem(422, "validation-failed");
    assert_eq!(problem["errors"][0]["field"], "credentials.apiKey");
    app.stop().await.unwrap();
}
