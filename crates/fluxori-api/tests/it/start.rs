//! Sellers who begin at the marketplace.

use fluxori_domain::Clock;
use fluxori_test_support::providers::{Decision, keys, sign_shopify_query};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, RETURN_ADDRESS, TestApp},
    browser::{Arrival, Browser},
};

fn install_request(app: &TestApp, secret: &str) -> String {
    let timestamp = app.clock.now().timestamp().to_string();
    let mut query = vec![
        ("shop", keys::SHOPIFY_SHOP),
        ("timestamp", timestamp.as_str()),
        ("host", "YWRtaW4"),
    ];
    let hmac = sign_shopify_query(&query, secret);
    query.push(("hmac", &hmac));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    format!("/api/oauth/shopify/start?{query}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_request_of_shopify_leads_to_the_page_with_the_shop() {
    let app = TestApp::start().await;
    let path = install_request(&app, keys::SHOPIFY_CLIENT_SECRET);
    let arrival = Arrival::of(&app.ask(Method::GET, &path).send().await);
    assert_eq!(arrival.page, RETURN_ADDRESS);
    assert_eq!(arrival.all("connect"), ["shopify"]);
    assert_eq!(arrival.all("shop"), [keys::SHOPIFY_SHOP]);
    assert_eq!(arrival.parameters.len(), 2, "{arrival:?}");

    let forged = install_request(&app, "canary-other");
    let arrival = Arrival::of(&app.ask(Method::GET, &forged).send().await);
    assert_eq!(arrival.only_result(), "invalid");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_at_amazons_appstore_is_connected_through_the_page() {
    let app = TestApp::start().await;
    let seller_central = &app.providers.endpoints().amazon_seller_central_url;
    let confirm = format!(
        "{seller_central}/apps/authorize/confirm/{}",
        keys::AMAZON_APPLICATION_ID
    );
    let start = |callback: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("amazon_callback_uri", callback)
            .append_pair("amazon_state", "state-of-amazon")
            .append_pair("selling_partner_id", keys::AMAZON_SELLING_PARTNER_ID)
            .append_pair("version", "beta")
            .finish();
        format!("/api/oauth/amazon/start?{query}")
    };
    let arrival = Arrival::of(&app.ask(Method::GET, &start(&confirm)).send().await);
    assert_eq!(arrival.all("connect"), ["amazon"]);
    let fields: serde_json::Map<String, Value> = arrival
        .parameters
        .iter()
        .filter(|(name, _)| name != "connect")
        .map(|(name, value)| (name.clone(), json!(value)))
        .chain([("region".to_owned(), json!("eu"))])
        .collect();
    let body = json!({"marketplace": "amazon", "fields": fields});
    let answer = Browser::new(&app)
        .ask("/api/connections/authorize", &body)
        .await;
    let url = answer.ok(201)["authorizationUrl"].clone();
    assert!(url.as_str().unwrap().starts_with(&confirm), "{url}");

    let elsewhere = start("https://evil.example/confirm");
    let arrival = Arrival::of(&app.ask(Method::GET, &elsewhere).send().await);
    assert_eq!(arrival.only_result(), "invalid");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_begins_where_there_is_no_beginning() {
    let app = TestApp::start().await;
    for nowhere in ["xero", "takealot", "ebay"] {
        let path = format!("/api/oauth/{nowhere}/start");
        app.ask(Method::GET, &path)
            .send()
            .await
            .problem(404, "not-found");
    }
    app.stop().await.unwrap();

    let app = Builder::new().without_return_addresses().start().await;
    let path = install_request(&app, keys::SHOPIFY_CLIENT_SECRET);
    let answer = app.ask(Method::GET, &path).send().await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains(keys::SHOPIFY_SHOP));
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_of_shopify_goes_on_from_the_page() {
    let app = TestApp::start().await;
    let path = install_request(&app, keys::SHOPIFY_CLIENT_SECRET);
    let arrival = Arrival::of(&app.ask(Method::GET, &path).send().await);
    let body = json!({"marketplace": "shopify", "fields": {"shop": arrival.all("shop")[0]}});
    let mut browser = Browser::new(&app);
    let answer = browser.ask("/api/connections/authorize", &body).await;
    let url = answer.ok(201)["authorizationUrl"].clone();
    let back = browser.decide(url.as_str().unwrap(), &Decision::agree());
    assert_eq!(browser.arrive(&back).await.connected().len(), 1);
    app.stop().await.unwrap();
}
