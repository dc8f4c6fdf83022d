//! How a server comes and goes while others depend on it.

use std::{net::TcpStream, time::Duration};

use fluxori_test_support::{
    database::{PostgresServer, TestDatabase},
    providers::{Call, Fault, FaultRule, SimulatedProviders, keys},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::process::Installation;

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_says_so_and_finishes_what_it_has(
    #[case] database: TestDatabase,
) {
    let providers = SimulatedProviders::start();
    let slow = Fault::Slow(Duration::from_secs(3));
    providers.inject(FaultRule::new(slow).at(Call::TakealotSeller).times(1));
    let installation = Installation::prepared(database)
        .with_all(providers.endpoints().environment())
        .with("SHUTDOWN_DELAY_SECONDS", "1");
    let mut server = installation.serve();
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "credentials": { "apiKey": keys::TAKEALOT_GOOD },
    });
    let request = server.request(Method::POST, "/api/connections").json(&body);
    let under_way = tokio::spawn(request.send());
    while providers.count(Call::TakealotSeller) == 0 {
        tokio::task::yield_now().await;
    }

    server.tell_to_stop();
    server.wait_for("event", "server.not_ready");
    let ready = server.ask(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    // Who has not heard of it yet is served.
    assert_eq!(server.count().await, 0);
    server.wait_for("event", "server.stopping");
    let address = server.address().to_owned();
    while TcpStream::connect(&address).is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!under_way.is_finished());
    let answer = under_way.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let made: Value = answer.json().await.unwrap();
    assert!(server.has_ended_well());

    let server = installation.serve();
    let path = format!("/api/connections/{}/events", made["id"].as_str().unwrap());
    let events = server.request(Method::GET, &path).send().await.unwrap();
    let events: Value = events.json().await.unwrap();
    assert_eq!(events["items"][0]["kind"], "connection.created", "{events}");
    assert!(server.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_waits_for_a_database_that_comes_later() {
    let mut postgres = PostgresServer::start().unwrap();
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("DATABASE_URL", &postgres.url("postgres"));
    assert!(installation.run(&["migrate"]).status.success());
    postgres.suspend().unwrap();
    let mut server = installation.launch();
    server.wait_for("event", "server.database_awaited");
    postgres.resume().unwrap();
    server.wait_until_it_listens();
    let ready = server.ask(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    assert!(server.stop());
}

#[test]
fn a_server_that_waits_for_its_database_can_be_stopped() {
    let installation = Installation::prepared(TestDatabase::sqlite()).with(
        "DATABASE_URL",
        "postgres://nobody@127.0.0.1:9/nothing?sslmode=disable",
    );
    let mut server = installation.launch();
    server.wait_for("event", "server.database_awaited");
    assert!(server.stop());
}

#[test]
fn a_database_that_does_not_come_is_an_error_in_the_end() {
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with(
            "DATABASE_URL",
            "postgres://nobody@127.0.0.1:9/nothing?sslmode=disable",
        )
        .with("START_TIMEOUT_SECONDS", "1");
    let output = installation.run(&["serve"]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("cannot be reached"), "{errors}");
}

/// What a server was made for may change while it runs, by the hand of an operator.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_schema_key_or_store_was_changed_under_it_is_not_ready() {
    let installation = Installation::prepared(TestDatabase::postgres());
    for (change, back, part) in [
        (
            "UPDATE __diesel_schema_migrations SET version = 'later' || version",
            "UPDATE __diesel_schema_migrations SET version = substr(version, 6)",
            "the database is not ready: the database cannot be used: the database lacks",
        ),
        (
            "UPDATE data_keys SET master_key_id = 'other' || master_key_id",
            "UPDATE data_keys SET master_key_id = substr(master_key_id, 6)",
            "the master key is not ready",
        ),
        (
            "UPDATE credentials SET backend = 'google_secret_manager'",
            "UPDATE credentials SET backend = 'database'",
            "the secret store is not ready",
        ),
    ] {
        let mut server = installation.serve();
        server.try_connect("canary-takealot-key-0123456789").await;
        installation.psql(change);
        let ready = async || {
            server
                .ask(Method::GET, "/readyz")
                .send()
                .await
                .unwrap()
                .status()
        };
        assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE, "{part}");
        installation.psql(back);
        assert_eq!(ready().await, StatusCode::OK, "{part}");
        let line = server.wait_for("event", "request.failed");
        assert!(line["cause"].as_str().unwrap().starts_with(part), "{line}");
        assert!(server.stop());
    }
}
