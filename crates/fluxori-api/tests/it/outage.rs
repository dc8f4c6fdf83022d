use fluxori_test_support::{database::PostgresServer, providers::keys};
use reqwest::Method;
use serde_json::json;

use crate::app::{Builder, path_of, takealot};

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_gone_requests_are_put_off_and_nothing_is_half_done() {
    let mut server = PostgresServer::start().unwrap();
    let app = Builder::new()
        .database_at(server.url("postgres"))
        .start()
        .await;
    let connection = app.connect_untested(1).await;
    let path = path_of(&connection, "");
    server.suspend().unwrap();

    let credentials = json!({"credentials": {"apiKey": keys::TAKEALOT_GOOD}});
    for (method, path, body) in [
        (Method::GET, "/api/connections".to_owned(), None),
        (Method::GET, path.clone(), None),
        (Method::GET, format!("{path}/events"), None),
        (Method::POST, format!("{path}/test"), None),
        (
            Method::POST,
            "/api/connections".to_owned(),
            Some(takealot(keys::TAKEALOT_GOOD)),
        ),
        (Method::PATCH, path.clone(), Some(json!({"label": "Lost"}))),
        (
            Method::PUT,
            format!("{path}/credentials"),
            Some(credentials),
        ),
        (Method::DELETE, path.clone(), None),
    ] {
        let mut ask = app.as_seller(method.clone(), &path);
        if let Some(body) = &body {
            ask = ask.json(body);
        }
        let answer = ask.send().await;
        let problem = answer.problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "5", "{method} {path}");
        assert!(!problem.to_string().contains("postgres"), "{problem}");
    }

    server.resume().unwrap();
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"], json!([connection_without_test(&connection)]));
    app.post("/api/connections", &takealot(keys::TAKEALOT_GOOD))
        .await
        .ok(201);
    app.stop().await.unwrap();
}

/// A created connection as the list shows it.
fn connection_without_test(created: &serde_json::Value) -> serde_json::Value {
    let mut view = created.clone();
    let members = view.as_object_mut().unwrap();
    members.remove("test");
    members.remove("warnings");
    view
}
