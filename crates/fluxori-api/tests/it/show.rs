use chrono::TimeDelta;
use fluxori_domain::{
    Caller, Marketplace, OrganizationId, ServiceName, SyncOutcome, TenantScope, UserId,
};
use reqwest::Method;

use crate::{
    app::{ORGANIZATION, TestApp, USER, path_of},
    on_both_databases,
};

on_both_databases!(a_known_version_is_not_sent_again);

async fn a_known_version_is_not_sent_again(app: TestApp) {
    let path = path_of(&app.connect_takealot().await, "");
    let answer = app.get(&path).await;
    answer.ok(200);
    let tag = answer.header("etag").to_owned();
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let answer = app
            .as_seller(Method::GET, &path)
            .header("if-none-match", &known)
            .send()
            .await;
        assert_eq!(answer.status, 304, "{known}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.text, "");
    }
    app.as_seller(Method::GET, &path)
        .header("if-none-match", "\"0\"")
        .send()
        .await
        .ok(200);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synchronisation_makes_a_copy_stale_but_no_edit_fail() {
    let app = TestApp::start().await;
    let connection = app.connect_takealot().await;
    let path = path_of(&connection, "");
    let tag = app.get(&path).await.header("etag").to_owned();

    app.clock.advance(TimeDelta::seconds(1));
    let caller = Caller {
        scope: TenantScope::new(
            OrganizationId::new(ORGANIZATION).unwrap(),
            UserId::new(USER).unwrap(),
        ),
        actor: None,
        service: ServiceName::new("stock-sync").unwrap(),
        request_id: None,
    };
    let id = connection["id"].as_str().unwrap().parse().unwrap();
    app.connections
        .record_sync(&caller, id, Marketplace::Takealot, SyncOutcome::Succeeded)
        .await
        .unwrap();

    let answer = app
        .as_seller(Method::GET, &path)
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(answer.ok(200)["lastSyncOutcome"], "succeeded");
    app.as_seller(Method::PATCH, &path)
        .header("if-match", &tag)
        .json(&serde_json::json!({"label": "Renamed"}))
        .send()
        .await
        .ok(200);
    app.stop().await.unwrap();
}
