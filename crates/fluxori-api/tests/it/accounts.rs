//! What is shown of accounts and of the consents that they came of.

use fluxori_test_support::providers::Decision;
use serde_json::Value;
use uuid::Uuid;

use crate::{app::TestApp, browser::Browser, document::assert_fits, on_both_databases};

on_both_databases!(connections_of_one_consent_share_its_name);

async fn show(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/connections/{id}")).await.ok(200)
}

fn consent_of(connection: &Value) -> Uuid {
    connection["consentId"].as_str().unwrap().parse().unwrap()
}

async fn connections_of_one_consent_share_its_name(app: TestApp) {
    let mut browser = Browser::new(&app);
    let xero = browser.connect("xero", &Decision::agree()).await;
    let [first, second] = xero.connected()[..] else {
        panic!("{xero:?}");
    };
    let shared = consent_of(&show(&app, first).await);
    assert_eq!(consent_of(&show(&app, second).await), shared);
    assert_eq!(shared.get_version_num(), 8);

    let shopify = browser.connect("shopify", &Decision::agree()).await;
    let shop = shopify.connected()[0];
    let alone = consent_of(&show(&app, shop).await);
    assert_ne!(alone, shared);
    assert_eq!(app.connect_takealot().await["consentId"], Value::Null);

    let scope = fluxori_domain::TenantScope::new(
        fluxori_domain::OrganizationId::new(crate::app::ORGANIZATION).unwrap(),
        fluxori_domain::UserId::new(crate::app::USER).unwrap(),
    );
    let stored = app
        .connections
        .find(&scope, shop.parse().unwrap())
        .await
        .unwrap();
    let listed = app.get("/api/connections").await;
    assert!(listed.text.contains(&alone.to_string()));
    assert!(!listed.text.contains(&stored.credential_id.to_string()));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn agreeing_anew_is_another_consent() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let shopify = browser.connect("shopify", &Decision::agree()).await;
    let shop = shopify.connected()[0];
    let before = consent_of(&show(&app, shop).await);
    let url = browser.leave_again(shop).await;
    let callback = browser.decide(&url, &Decision::agree());
    assert_eq!(browser.arrive(&callback).await.connected(), [shop]);
    assert_ne!(consent_of(&show(&app, shop).await), before);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_every_marketplace_are_sent_as_documented() {
    let app = TestApp::start().await;
    app.connect_takealot().await;
    for marketplace in ["amazon", "shopify", "xero"] {
        let mut browser = Browser::new(&app);
        browser
            .connect(marketplace, &Decision::agree())
            .await
            .connected();
    }
    let list = app.get("/api/connections").await.ok(200);
    assert_fits(&list, "ConnectionPage");
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 5);
    for item in items {
        assert_eq!(
            item["account"]["details"]["marketplace"],
            item["marketplace"]
        );
    }
    let amazon = items
        .iter()
        .find(|item| item["marketplace"] == "amazon")
        .unwrap();
    assert!(
        amazon["account"]["details"]["sellingPartnerId"].is_string(),
        "{amazon}"
    );
    app.stop().await.unwrap();
}
