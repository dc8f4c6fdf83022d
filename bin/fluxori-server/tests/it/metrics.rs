//! What the server tells of itself, as Prometheus reads it.

use std::collections::BTreeSet;

use fluxori_credentials::telemetry::{METRICS, MetricKind, Reporter};
use fluxori_test_support::{
    database::TestDatabase,
    providers::{SimulatedProviders, keys},
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    exposition::{Sample, read, sum},
    process::{Installation, Server, client, run, token_of, told},
};

/// An address that the system chooses.
const ANY_PORT: &str = "127.0.0.1:0";
/// No secret, but nothing that metrics may tell either.
const LABEL: &str = "my-second-shop";

async fn connect_tested(server: &Server) -> Value {
    let body = json!({
        "marketplace": "takealot",
        "authType": "api_key",
        "label": LABEL,
        "credentials": { "apiKey": keys::TAKEALOT_GOOD },
    });
    let request = server.request(Method::POST, "/api/connections");
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status();
    let created = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{created}");
    created
}

/// Reads metrics until the first round of background work is in them.
async fn after_a_round(server: &Server) -> Vec<Sample> {
    for _ in 0..600 {
        let samples = read(&server.metrics().await);
        if sum(&samples, "fluxori_housekeeping_rounds_total", &[]) > 0.0 {
            return samples;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no round of background work was done");
}

#[rstest]
#[case::sqlite(TestDatabase::sqlite())]
#[case::postgresql(TestDatabase::postgres())]
#[tokio::test]
async fn every_metric_of_the_table_is_told_and_none_names_a_seller(#[case] database: TestDatabase) {
    let is_postgresql = database.url().starts_with("postgres");
    let providers = SimulatedProviders::start();
    let installation = Installation::prepared(database)
        .with_all(providers.endpoints().environment())
        .with("METRICS_LISTEN", ANY_PORT)
        .with("HOUSEKEEPING_SECONDS", "1")
        .with("AMAZON_CLIENT_SECRET_EXPIRES_AT", "2031-02-03");
    let server = installation.serve();
    let created = connect_tested(&server).await;
    let path = format!("/api/connections/{}", created["id"].as_str().unwrap());
    let shown = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    let mut samples = after_a_round(&server).await;
    // The round may have been before the connection was made: wait for its figures.
    let connected = [("marketplace", "takealot"), ("status", "connected")];
    let tested = [
        ("marketplace", "takealot"),
        ("operation", "test"),
        ("class", "ok"),
    ];
    assert!(sum(&samples, "fluxori_provider_calls_total", &tested) >= 1.0);
    let route = [
        ("route", "/api/connections/{id}"),
        ("method", "GET"),
        ("status", "2xx"),
    ];
    assert!(sum(&samples, "fluxori_http_requests_total", &route) >= 1.0);
    let put = [
        ("store", "database"),
        ("operation", "put"),
        ("outcome", "ok"),
    ];
    assert!(sum(&samples, "fluxori_secret_store_calls_total", &put) >= 1.0);
    assert!(sum(&samples, "fluxori_connections", &connected) <= 1.0);
    if is_postgresql {
        assert!(sum(&samples, "fluxori_database_pool_connections_max", &[]) >= 1.0);
    }

    // Some are told only when there is something to tell.
    samples.extend(read(&server.metrics().await));
    let told: BTreeSet<_> = samples.iter().map(|sample| sample.name.as_str()).collect();
    for metric in METRICS {
        let name = match metric.kind {
            MetricKind::Histogram(_) => format!("{}_count", metric.name),
            _ => metric.name.to_owned(),
        };
        let needs_postgresql = name.starts_with("fluxori_database_pool");
        assert!(
            told.contains(name.as_str()) || (needs_postgresql && !is_postgresql),
            "{name}"
        );
    }
    for sample in &samples {
        for value in sample.labels.values() {
            for word in [
                "canary",
                LABEL,
                "engines",
                "ada",
                created["id"].as_str().unwrap(),
            ] {
                assert!(!value.contains(word), "{sample:?}");
            }
        }
    }
    assert!(server.stop());
}

#[tokio::test]
async fn a_thousand_paths_and_organizations_make_no_time_series() {
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("METRICS_LISTEN", ANY_PORT)
        .with("HOUSEKEEPING_SECONDS", "0");
    let server = installation.serve();
    // One for all: making one is slow.
    let client = client();
    let ask = async |number: usize| {
        let token = token_of(&format!("organization-{number}"));
        let path = format!("/api/connections/{:032x}", number + 1);
        let found = client.get(server.url(&path)).bearer_auth(token);
        let found = found.send().await.unwrap();
        assert!(found.status().is_client_error());
        let nowhere = server.url(&format!("/nowhere/{number}?q=canary-{number}"));
        let nothing = client.get(nowhere).send().await.unwrap();
        assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    };
    ask(0).await;
    let before = read(&server.metrics().await);
    for number in 1..1_000 {
        ask(number).await;
    }
    let after = read(&server.metrics().await);
    let series = |samples: &[Sample]| -> BTreeSet<_> {
        let named = samples
            .iter()
            .map(|sample| format!("{}{:?}", sample.name, sample.labels));
        named.collect()
    };
    assert_eq!(series(&before), series(&after));
    let unmatched = [("route", "unmatched"), ("status", "4xx")];
    assert!((sum(&after, "fluxori_http_requests_total", &unmatched) - 1_000.0).abs() < 0.5);
    let one = [("route", "/api/connections/{id}")];
    assert!((sum(&after, "fluxori_http_requests_total", &one) - 1_000.0).abs() < 0.5);
}

#[tokio::test]
async fn the_server_that_does_not_keep_house_does_not_speak_of_it() {
    let database = TestDatabase::sqlite();
    let installation = Installation::prepared(database)
        .with("METRICS_LISTEN", ANY_PORT)
        .with("HOUSEKEEPING_SECONDS", "60");
    let first = installation.serve();
    let keeper = after_a_round(&first).await;
    assert!(
        sum(
            &keeper,
            "fluxori_housekeeping_last_round_timestamp_seconds",
            &[]
        ) > 0.0
    );
    assert!(
        keeper
            .iter()
            .any(|sample| sample.name == "fluxori_connections")
    );

    let second = installation.serve();
    let other = after_a_round(&second).await;
    let elsewhere = [("result", "elsewhere")];
    assert!(sum(&other, "fluxori_housekeeping_rounds_total", &elsewhere) >= 1.0);
    let keepers = METRICS
        .iter()
        .filter(|metric| metric.reporter == Reporter::Housekeeper);
    let names: BTreeSet<_> = keepers.map(|metric| metric.name).collect();
    assert!(
        !other
            .iter()
            .any(|sample| names.contains(sample.name.as_str()))
    );
}

#[tokio::test]
async fn the_listener_answers_one_address_and_the_api_does_not_answer_it() {
    let installation =
        Installation::prepared(TestDatabase::sqlite()).with("METRICS_LISTEN", ANY_PORT);
    let server = installation.serve();
    let address = server.metrics_address();
    let status = async |method: Method, path: &str| {
        let request = client().request(method, format!("http://{address}{path}"));
        request.send().await.unwrap().status()
    };
    assert_eq!(status(Method::GET, "/metrics").await, StatusCode::OK);
    assert!(status(Method::POST, "/metrics").await.is_client_error());
    for path in ["/", "/livez", "/api/connections", "/metrics/"] {
        assert_eq!(
            status(Method::GET, path).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let at_the_api = server
        .request(Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    assert_eq!(at_the_api.status(), StatusCode::NOT_FOUND);
}

#[test]
fn the_address_of_the_api_is_refused_for_metrics() {
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("LISTEN", "127.0.0.1:39464")
        .with("METRICS_LISTEN", "127.0.0.1:39464");
    let (errors, has_served) = told(&installation.run(&["serve"]));
    assert!(!has_served);
    assert!(
        errors.contains("METRICS_LISTEN must not be an address of LISTEN"),
        "{errors}"
    );
}

#[test]
fn the_committed_reference_is_what_the_table_says() {
    let printed = run(&["metrics", "reference"], &[]).stdout;
    let committed = include_str!("../../../../docs/operations/metrics.md");
    assert_eq!(String::from_utf8(printed).unwrap(), committed);
}
