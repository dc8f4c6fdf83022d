//! A connection's life over real HTTP, with the server stopped, killed and started between.

use fluxori_test_support::database::TestDatabase;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::process::{Installation, Server, run};

const KEY: &str = "canary-takealot-key-0123456789";

async fn create(server: &Server) -> Value {
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "label": "My shop",
        "credentials": { "apiKey": KEY },
        "verify": "skip",
    });
    let response = server
        .request(Method::POST, "/api/connections")
        .json(&body)
        .send()
        .await;
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    response.json().await.unwrap()
}

async fn labels(server: &Server) -> Vec<String> {
    let response = server
        .request(Method::GET, "/api/connections")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let list: Value = response.json().await.unwrap();
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["label"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_connection_outlives_the_server(#[case] database: TestDatabase) {
    let installation = Installation::prepared(database);
    let server = installation.serve();
    let created = create(&server).await;
    assert!(!created.to_string().contains("canary"), "{created}");
    assert_eq!(labels(&server).await, ["My shop"]);
    assert!(server.stop(), "a server that is asked to stop ends well");

    let server = installation.serve();
    assert_eq!(labels(&server).await, ["My shop"]);
    drop(server); // kill -9

    let server = installation.serve();
    let path = format!("/api/connections/{}", created["id"].as_str().unwrap());
    let deleted = server.request(Method::DELETE, &path).send().await.unwrap();
    assert!(deleted.status().is_success(), "{}", deleted.status());
    assert!(labels(&server).await.is_empty());
}

#[tokio::test]
async fn a_master_key_that_does_not_fit_the_database_is_refused_before_anything_is_written() {
    let installation = Installation::prepared(TestDatabase::sqlite());
    let server = installation.serve();
    create(&server).await;
    assert!(server.stop());

    let other = installation.run(&["keys", "generate"]).stdout;
    let other = String::from_utf8(other).unwrap();
    let installation = installation.with("ENCRYPTION_KEY", other.trim());
    let output = installation.run(&["serve"]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("ENCRYPTION_KEYS_RETIRED"), "{errors}");
}

#[test]
fn migrating_again_changes_nothing() {
    let installation = Installation::prepared(TestDatabase::sqlite());
    let output = installation.run(&["migrate"]);
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "the schema is up to date\n"
    );
}

#[tokio::test]
async fn a_probe_tells_a_ready_server_from_one_that_is_not_there() {
    let installation = Installation::prepared(TestDatabase::sqlite());
    let server = installation.serve();
    let address = server.address().to_owned();
    for arguments in [
        &["probe", &address] as &[&str],
        &["probe", "--live", &address],
    ] {
        let output = run(arguments, &[]);
        assert!(output.status.success(), "{output:?}");
        assert!(output.stdout.is_empty() && output.stderr.is_empty());
    }
    let output = run(&["probe"], &[("LISTEN".to_owned(), address.clone())]);
    assert!(output.status.success(), "{output:?}");
    assert!(server.stop());

    let output = run(&["probe", &address], &[]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("nobody answers at"), "{errors}");
}

/// As the guides to running it say: the user who migrates owns the tables, and the server's may only use them.
#[tokio::test]
async fn a_server_needs_no_right_to_change_tables() {
    let installation = Installation::prepared(TestDatabase::postgres());
    let database = installation.database();
    let name = database
        .psql("select current_database()")
        .unwrap()
        .trim()
        .to_owned();
    let user = format!("{name}_server");
    database
        .psql(&format!(
            "CREATE ROLE {user} LOGIN; GRANT USAGE ON SCHEMA public TO {user}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}; \
             GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {user};"
        ))
        .unwrap();
    let (place, parameters) = database.url().split_once('?').unwrap();
    let others = parameters
        .split('&')
        .filter(|each| !each.starts_with("user="));
    let others: Vec<_> = others.collect();
    let url = format!("{place}?{}&user={user}", others.join("&"));
    let installation = installation.with("DATABASE_URL", &url);

    let server = installation.serve();
    let created = create(&server).await;
    let path = format!("/api/connections/{}", created["id"].as_str().unwrap());
    let deleted = server.request(Method::DELETE, &path).send().await.unwrap();
    assert!(deleted.status().is_success(), "{}", deleted.status());
    assert!(server.stop());
    let sealed = installation.run(&["keys", "reseal", "--again"]);
    assert!(sealed.status.success(), "{sealed:?}");

    let database = installation.database();
    let changed = database.psql(&format!("SET ROLE {user}; CREATE TABLE more (id integer)"));
    assert!(changed.unwrap_err().contains("permission denied"));
    let gone = format!("DROP OWNED BY {user}; DROP ROLE {user};");
    database.psql(&gone).unwrap();
}
