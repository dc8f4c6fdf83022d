use fluxori_test_support::providers::keys;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{TestApp, path_of, takealot},
    on_both_databases,
};

on_both_databases!(a_deleted_connection_is_gone_at_once);

async fn a_deleted_connection_is_gone_at_once(app: TestApp) {
    let connection = app.connect_takealot().await;
    let path = path_of(&connection, "");
    app.as_seller(Method::DELETE, &path)
        .header("if-match", "\"7\"")
        .send()
        .await
        .problem(412, "precondition-failed");
    let answer = app
        .as_seller(Method::DELETE, &path)
        .header("if-match", "\"1\"")
        .send()
        .await
        .ok(200);
    assert_eq!(answer["marketplace"], "takealot");
    assert!(answer["help"].as_str().unwrap().contains("Takealot"));

    app.get(&path).await.problem(404, "not-found");
    app.as_seller(Method::DELETE, &path)
        .send()
        .await
        .problem(404, "not-found");
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"], json!([]));
    app.post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await
        .ok(201);
    app.stop().await.unwrap();
}
