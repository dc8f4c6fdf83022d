//! A backup as `docs/guides/backup-and-restore.md` makes it, restored into a new database: with its key everything is there,
//! and with another one nothing happens.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use chrono::TimeDelta;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};
use fluxori_credentials::{Clock as _, SystemClock};
use fluxori_test_support::{
    clock::ManualClock,
    database::{PostgresServer, TestDatabase},
    providers::{Provider, Seed, SimulatedProviders, TokenState, keys},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::process::{Installation, Server, run, told};

/// The file of a database of SQLite, and nothing for PostgreSQL.
fn sqlite_file(database: &TestDatabase) -> Option<PathBuf> {
    database.url().strip_prefix("sqlite:").map(PathBuf::from)
}

/// A program that comes with PostgreSQL.
fn postgres_tool(name: &str, arguments: &[&str]) -> Output {
    let folder = PostgresServer::find_bin_dir().expect("PostgreSQL is there, for it runs");
    let output = Command::new(folder.join(name))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {output:?}");
    output
}

/// Copies a database as it is at this moment to a file, while servers use it.
fn back_up(database: &TestDatabase, file: &Path) {
    if let Some(path) = sqlite_file(database) {
        vacuum_into(file, &path);
    } else {
        let file = format!("--file={}", file.display());
        postgres_tool("pg_dump", &["--format=custom", &file, database.url()]);
    }
}

/// Copies a database of SQLite as it is at this moment.
fn vacuum_into(file: &Path, path: &Path) {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    sql_query(format!("VACUUM INTO '{}'", file.display()))
        .execute(&mut connection)
        .unwrap();
}

/// Makes a new database of a backup.
fn restore(file: &Path, like: &TestDatabase) -> TestDatabase {
    if sqlite_file(like).is_some() {
        let database = TestDatabase::sqlite();
        std::fs::copy(file, sqlite_file(&database).unwrap()).unwrap();
        return database;
    }
    let database = TestDatabase::postgres();
    let place = format!("--dbname={}", database.url());
    let file = file.to_str().unwrap();
    postgres_tool(
        "pg_restore",
        &["--no-owner", "--exit-on-error", &place, file],
    );
    database
}

/// Everything in a database, to compare.
fn contents(database: &TestDatabase) -> Vec<String> {
    let Some(path) = sqlite_file(database) else {
        let dump = postgres_tool("pg_dump", &["--data-only", "--inserts", database.url()]).stdout;
        let dump = String::from_utf8(dump).unwrap();
        // What its own protection writes is another text each time.
        let lines = dump.lines().filter(|line| !line.starts_with('\\'));
        return lines.map(str::to_owned).collect();
    };
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    vacuum_into(&copy, &path);
    vec![format!("{:?}", std::fs::read(copy).unwrap())]
}

async fn connect(server: &Server, body: Value) -> String {
    let request = server.request(Method::POST, "/api/connections").json(&body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let connection: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{connection}");
    connection["id"].as_str().unwrap().to_owned()
}

/// An account at every marketplace.
async fn connect_all(server: &Server) -> Vec<String> {
    let mut connections = Vec::new();
    for (marketplace, auth_type, credentials) in [
        (
            "takealot",
            "api_key",
            json!({ "apiKey": keys::TAKEALOT_GOOD }),
        ),
        (
            "amazon",
            "self_authorised",
            json!({
                "refreshToken": keys::AMAZON_GOOD,
                "sellingPartnerId": keys::AMAZON_SELLING_PARTNER_ID,
                "region": "eu",
            }),
        ),
        (
            "shopify",
            "custom_app_token",
            json!({ "accessToken": keys::SHOPIFY_GOOD, "shop": keys::SHOPIFY_SHOP }),
        ),
        (
            "xero",
            "oauth",
            json!({ "accessToken": keys::XERO_GOOD, "refreshToken": keys::XERO_REFRESH }),
        ),
    ] {
        let body = json!({
            "marketplace": marketplace,
            "authType": auth_type,
            "label": marketplace,
            "credentials": credentials,
        });
        connections.push(connect(server, body).await);
    }
    connections
}

/// What comes of testing a connection, for which its secret has to be opened.
async fn test(server: &Server, connection: &str) -> Value {
    let path = format!("/api/connections/{connection}/test");
    let answer = server.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn a_restored_database_serves_every_credential_with_its_key_and_is_left_alone_with_another(
    #[case] database: TestDatabase,
) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let providers = SimulatedProviders::start();
    let source = database.url().to_owned();
    let installation = Installation::prepared(database);
    let installation = installation.with_all(providers.endpoints().environment());
    let server = installation.serve();
    let connections = connect_all(&server).await;
    back_up(installation.database(), &file);
    let later = format!("/api/connections/{}", connections[0]);
    let gone = server.request(Method::DELETE, &later).send().await.unwrap();
    assert!(gone.status().is_success());
    assert!(server.stop());

    let restored = restore(&file, installation.database());
    assert_ne!(source, restored.url());
    let key = installation.setting("ENCRYPTION_KEY");
    let other = String::from_utf8(run(&["keys", "generate"], &[]).stdout).unwrap();
    let installation = installation
        .with("DATABASE_URL", restored.url())
        .with("ENCRYPTION_KEY", other.trim());
    let before = contents(&restored);
    let (refusal, has_served) = told(&installation.run(&["serve"]));
    assert!(
        !has_served && refusal.contains("ENCRYPTION_KEYS_RETIRED"),
        "{refusal}"
    );
    assert!(contents(&restored) == before, "something was written");

    let installation = installation.with("ENCRYPTION_KEY", &key);
    let server = installation.serve();
    assert_eq!(server.count().await, connections.len());
    for connection in &connections {
        let answer = test(&server, connection).await;
        assert_eq!(answer["test"]["outcome"], "ok", "{answer}");
    }
}

/// A backup holds the refresh token of its time. What was renewed since, Xero accepts for half an hour more.
#[rstest]
#[case::soon(29, "connected")]
#[case::late(31, "expired")]
#[tokio::test]
async fn a_token_that_rotated_after_the_backup_is_good_for_the_marketplaces_grace(
    #[case] minutes: i64,
    #[case] status: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let clock = Arc::new(ManualClock::at(SystemClock.now().timestamp()));
    let providers = SimulatedProviders::start_with(clock.clone());
    let grant = providers.seed_grant(Seed::new(Provider::Xero, "ada").expired());
    let installation = Installation::prepared(TestDatabase::sqlite());
    let installation = installation.with_all(providers.endpoints().environment());
    let server = installation.serve();
    let body = json!({
        "marketplace": "xero",
        "authType": "oauth",
        "label": "Books",
        "credentials": { "accessToken": grant.access_token, "refreshToken": grant.refresh_token },
        "verify": "skip",
    });
    let connection = connect(&server, body).await;
    back_up(installation.database(), &file);
    let renewed = test(&server, &connection).await;
    assert_eq!(renewed["test"]["outcome"], "ok", "{renewed}");
    assert_ne!(
        providers.token_state(&grant.refresh_token),
        TokenState::Current
    );
    assert!(server.stop());

    clock.advance(TimeDelta::minutes(minutes));
    let restored = restore(&file, installation.database());
    let server = installation.with("DATABASE_URL", restored.url()).serve();
    let answer = test(&server, &connection).await;
    assert_eq!(answer["status"], status, "{answer}");
}
