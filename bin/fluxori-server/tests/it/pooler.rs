//! A server whose database is behind a pooler in transaction mode, as an operator sets it up.

use fluxori_test_support::database::{PgBouncer, TestDatabase};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::process::{Installation, told};

#[tokio::test]
async fn everything_that_needs_no_session_goes_by_the_pooler_and_the_rest_past_it() {
    let database = TestDatabase::postgres();
    let bouncer = PgBouncer::start(database.url(), &["server_lifetime=0"]).unwrap();
    let direct = database.url().to_owned();
    let pooled = bouncer.url(database.name());
    let installation = Installation::prepared(database)
        .with("DATABASE_URL", &pooled)
        .with("DATABASE_DIRECT_URL", &direct);
    assert!(installation.run(&["migrate"]).status.success());
    let (report, _) = told(&installation.run(&["doctor"]));
    assert!(report.contains("behind a pooler"), "{report}");
    assert!(report.contains("past the pooler"), "{report}");

    let server = installation.serve();
    let connection = server.connect("canary-takealot-key-0123456789").await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let renamed = server.request(Method::PATCH, &path);
    let renamed = renamed.json(&json!({"label": "Shop in Cape Town"}));
    assert_eq!(renamed.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(server.count().await, 1);
    let gone = server.request(Method::DELETE, &path).send().await;
    assert_eq!(gone.unwrap().status(), StatusCode::OK);
    assert_eq!(server.count().await, 0);
    let ready = server.ask(Method::GET, "/readyz").send().await;
    assert_eq!(ready.unwrap().status(), StatusCode::OK);
    assert!(server.stop());
    let (report, is_well) = told(&installation.run(&["audit", "verify"]));
    assert!(is_well && report.contains(" 0 finding(s)"), "{report}");
}

#[tokio::test]
async fn a_way_past_the_pooler_that_leads_elsewhere_is_found_by_the_doctor() {
    let (database, elsewhere) = (TestDatabase::postgres(), TestDatabase::postgres());
    let bouncer = PgBouncer::start(database.url(), &[]).unwrap();
    let pooled = bouncer.url(database.name());
    let other = Installation::prepared(elsewhere);
    let installation = Installation::prepared(database)
        .with("DATABASE_URL", &pooled)
        .with("DATABASE_DIRECT_URL", &other.setting("DATABASE_URL"));
    let (report, is_well) = told(&installation.run(&["doctor"]));
    assert!(!is_well);
    assert!(report.contains("another database"), "{report}");
}
