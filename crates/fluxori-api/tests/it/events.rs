use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{TestApp, path_of},
    on_both_databases,
};

on_both_databases!(the_history_tells_who_did_what);

async fn the_history_tells_who_did_what(app: TestApp) {
    let connection = app.connect_takealot().await;
    app.clock.advance(TimeDelta::seconds(1));
    app.as_seller(Method::PATCH, &path_of(&connection, ""))
        .header("x-request-id", "rename-1")
        .json(&json!({"label": "New"}))
        .send()
        .await
        .ok(200);
    app.clock.advance(TimeDelta::seconds(1));
    app.as_seller(Method::POST, &path_of(&connection, "/test"))
        .send()
        .await
        .ok(200);

    let events = path_of(&connection, "/events");
    let page = app.get(&format!("{events}?limit=2")).await.ok(200);
    let kinds = |page: &serde_json::Value| {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&page), ["connection.tested", "connection.changed"]);
    assert_eq!(page["items"][0]["outcome"], "ok");
    assert_eq!(page["items"][1]["requestId"], "rename-1");
    assert_eq!(page["items"][1]["service"], "web");

    let cursor = page["nextCursor"].as_str().unwrap();
    let rest = app.get(&format!("{events}?cursor={cursor}")).await.ok(200);
    assert_eq!(kinds(&rest), ["connection.created"]);
    assert_eq!(rest["nextCursor"], json!(null));
    app.stop().await.unwrap();
}
