use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, path_of},
    exchange::Answer,
    on_both_databases,
};

async fn patch(app: &TestApp, path: &str, if_match: Option<&str>, body: &Value) -> Answer {
    let mut ask = app.as_seller(Method::PATCH, path).json(body);
    if let Some(tag) = if_match {
        ask = ask.header("if-match", tag);
    }
    ask.send().await
}

on_both_databases!(
    a_new_name_makes_a_new_version,
    only_the_version_that_was_seen_is_changed,
    one_connection_of_a_marketplace_is_the_default,
);

async fn a_new_name_makes_a_new_version(app: TestApp) {
    let path = path_of(&app.connect_untested(1).await, "");
    let answer = patch(&app, &path, None, &json!({"label": "New"})).await;
    assert_eq!(answer.ok(200)["label"], "New");
    assert_eq!(answer.header("etag"), "\"2\"");
    let same = patch(&app, &path, None, &json!({})).await;
    assert_eq!(same.ok(200)["version"], 2, "nothing to change");
    app.stop().await.unwrap();
}

async fn only_the_version_that_was_seen_is_changed(app: TestApp) {
    let path = path_of(&app.connect_untested(1).await, "");
    let seen = Some("\"1\"");
    patch(&app, &path, seen, &json!({"label": "First"}))
        .await
        .ok(200);
    for stale in ["\"1\"", "\"7\"", "W/\"2\"", "\"other\""] {
        patch(&app, &path, Some(stale), &json!({"label": "Second"}))
            .await
            .problem(412, "precondition-failed");
    }
    assert_eq!(app.get(&path).await.ok(200)["label"], "First");
    patch(&app, &path, Some("*"), &json!({"label": "Third"}))
        .await
        .ok(200);
    for malformed in ["2", "\"2", "\"1\", \"2\"", ""] {
        patch(&app, &path, Some(malformed), &json!({"label": "Fourth"}))
            .await
            .problem(400, "invalid-header");
    }
    assert_eq!(app.get(&path).await.ok(200)["label"], "Third");
    app.stop().await.unwrap();
}

async fn one_connection_of_a_marketplace_is_the_default(app: TestApp) {
    let first = app.connect_untested(1).await;
    let second = app.connect_untested(2).await;
    assert_eq!(first["isDefault"], true);
    assert_eq!(second["isDefault"], false);
    let path = path_of(&second, "");
    let changed = patch(&app, &path, None, &json!({"isDefault": true})).await;
    assert_eq!(changed.ok(200)["isDefault"], true);
    let first = app.get(&path_of(&first, "")).await.ok(200);
    assert_eq!(first["isDefault"], false);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let path = path_of(&app.connect_untested(1).await, "");
    let long = "x".repeat(101);
    for body in [
        json!({"label": ""}),
        json!({"label": "  "}),
        json!({"label": long}),
        json!({"label": "a\u{7}b"}),
        json!({"label": "a\r\nSet-Cookie: b"}),
        json!({"label": null}),
        json!({"label": 5}),
        json!({"isDefault": "yes"}),
        json!({"isDefault": null}),
        json!({"status": "connected"}),
        json!({"version": 9}),
        json!([]),
    ] {
        patch(&app, &path, None, &body)
            .await
            .problem(422, "validation-failed");
    }
    assert_eq!(app.get(&path).await.ok(200)["version"], 1);
    app.stop().await.unwrap();
}
