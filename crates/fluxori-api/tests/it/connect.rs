//! From the consent page to connections, and back again.

use fluxori_test_support::providers::{Decision, keys};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Builder, RETURN_ADDRESS, TestApp},
    browser::{Browser, fields, query_of},
    on_both_databases,
};

on_both_databases!(
    every_marketplace_with_a_consent_page_is_connected_through_it,
    connecting_anew_keeps_the_connection_and_takes_no_other_account
);

async fn show(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/connections/{id}")).await.ok(200)
}

async fn every_marketplace_with_a_consent_page_is_connected_through_it(app: TestApp) {
    for (marketplace, accounts) in [("amazon", 1), ("shopify", 1), ("xero", 2)] {
        let mut browser = Browser::new(&app);
        let arrival = browser.connect(marketplace, &Decision::agree()).await;
        assert_eq!(arrival.page, RETURN_ADDRESS);
        let ids = arrival.connected();
        assert_eq!(ids.len(), accounts, "{marketplace}");
        for id in ids {
            let connection = show(&app, id).await;
            assert_eq!(connection["status"], "connected", "{connection}");
            assert_eq!(connection["marketplace"], marketplace);
            assert_eq!(connection["authType"], "oauth");
            let tested = app
                .as_seller(Method::POST, &format!("/api/connections/{id}/test"))
                .send()
                .await
                .ok(200);
            assert_eq!(tested["test"]["outcome"], "ok", "{tested}");
        }
    }
    let violations = app.providers.violations();
    assert!(violations.is_empty(), "{violations:?}");
    app.stop().await.unwrap();
}

async fn connecting_anew_keeps_the_connection_and_takes_no_other_account(app: TestApp) {
    let mut browser = Browser::new(&app);
    let first = browser.connect("amazon", &Decision::agree()).await;
    let id = first.connected()[0].to_owned();
    let before = show(&app, &id).await;

    let url = browser.leave_again(&id).await;
    let other = Decision::agree().account(keys::AMAZON_OTHER_SELLING_PARTNER_ID);
    let arrival = browser.arrive(&browser.decide(&url, &other)).await;
    assert_eq!(arrival.only_result(), "other_account");
    assert_eq!(show(&app, &id).await, before, "the old one stays in force");

    let url = browser.leave_again(&id).await;
    let again = browser
        .arrive(&browser.decide(&url, &Decision::agree()))
        .await;
    assert_eq!(again.connected(), [id.as_str()]);
    let events = app
        .get(&format!("/api/connections/{id}/events"))
        .await
        .ok(200);
    assert_eq!(events["items"][0]["kind"], "connection.reauthorised");
    let list = app.get("/api/connections").await.ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_stays_with_the_browser_and_this_host() {
    let app = TestApp::start().await;
    let body = json!({"marketplace": "xero"});
    let mut browser = Browser::new(&app);
    let answer = browser.ask("/api/connections/authorize", &body).await;
    let view = answer.ok(201);
    let lives = chrono::DateTime::parse_from_rfc3339(view["expiresAt"].as_str().unwrap()).unwrap()
        - fluxori_domain::Clock::now(&*app.clock).fixed_offset();
    assert_eq!(lives.num_seconds(), 600);

    let cookie = answer.header("set-cookie").to_owned();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"
    );
    let value = pair.strip_prefix("__Host-fluxori-oauth=").unwrap();
    assert_eq!(value.len(), 43, "32 bytes");
    assert!(!answer.text.contains(value));

    let again = browser.ask("/api/connections/authorize", &body).await;
    assert_eq!(
        again.header("set-cookie"),
        cookie,
        "a flow in another tab goes on"
    );
    let fresh = Browser::new(&app)
        .ask("/api/connections/authorize", &body)
        .await;
    assert_ne!(fresh.header("set-cookie"), cookie);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_can_be_connected_at_once_in_one_browser() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let amazon = browser.leave("amazon").await;
    let shopify = browser.leave("shopify").await;
    for url in [amazon, shopify] {
        let back = browser.decide(&url, &Decision::agree());
        assert_eq!(browser.arrive(&back).await.connected().len(), 1);
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sellers_wishes_outlive_the_way_through_the_browser() {
    let app = TestApp::start().await;
    app.connect_takealot().await;
    let mut browser = Browser::new(&app);
    browser.connect("amazon", &Decision::agree()).await;
    let page = format!("{RETURN_ADDRESS}/amazon?tab=2");
    let body = json!({
        "marketplace": "amazon", "fields": fields("amazon"), "label": " Second shop ", "makeDefault": true,
        "returnTo": page,
    });
    let answer = browser.ask("/api/connections/authorize", &body).await;
    let url = answer.ok(201)["authorizationUrl"].clone();
    let other = Decision::agree().account(keys::AMAZON_OTHER_SELLING_PARTNER_ID);
    let back = browser.decide(url.as_str().unwrap(), &other);
    let answer = browser.return_to(&back).await;
    let location = answer.header("location");
    assert!(
        location.starts_with(&format!("{page}&result=connected&connection=")),
        "{location}"
    );
    let id = location.rsplit('=').next().unwrap();
    let connection = show(&app, id).await;
    assert_eq!(connection["label"], "Second shop");
    assert_eq!(connection["isDefault"], true);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_begin_is_said_before_anybody_leaves() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    for outside in [
        "https://evil.example/integrations",
        "https://app.example.com/",
        "https://app.example.com/integrations-evil",
        "http://app.example.com/integrations",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let body = json!({"marketplace": "xero", "returnTo": outside});
        let answer = browser.ask("/api/connections/authorize", &body).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["errors"][0]["field"], "returnTo");
        assert!(!answer.text.contains("evil"), "{}", answer.text);
        assert_eq!(answer.header("set-cookie"), "");
    }
    let body = json!({"marketplace": "shopify", "fields": {"shop": "evil.example"}});
    let answer = browser.ask("/api/connections/authorize", &body).await;
    let problem = answer.problem(422, "validation-failed");
    assert_eq!(problem["errors"][0]["field"], "fields.shop");
    let body = json!({"marketplace": "takealot"});
    let answer = browser.ask("/api/connections/authorize", &body).await;
    answer.problem(422, "not-supported");

    let takealot = app.connect_takealot().await;
    let path = format!(
        "/api/connections/{}/reauthorize",
        takealot["id"].as_str().unwrap()
    );
    let answer = browser.ask(&path, &json!({})).await;
    answer.problem(422, "not-supported");
    app.stop().await.unwrap();

    let app = Builder::new().without_applications().start().await;
    let answer = Browser::new(&app)
        .ask(
            "/api/connections/authorize",
            &json!({"marketplace": "xero"}),
        )
        .await;
    answer.problem(422, "not-configured");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_page_to_go_to_nobody_leaves_and_who_comes_is_told() {
    let app = Builder::new().without_return_addresses().start().await;
    let mut browser = Browser::new(&app);
    let answer = browser
        .ask(
            "/api/connections/authorize",
            &json!({"marketplace": "xero"}),
        )
        .await;
    answer.problem(422, "not-configured");
    let answer = browser
        .return_to("/api/oauth/xero/callback?code=canary-1&state=s")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.text.contains("Not connected"), "{}", answer.text);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_says_what_became_of_the_account() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let disconnect = async |id: &str, query: &str| {
        let path = format!("/api/connections/{id}{query}");
        app.as_seller(Method::DELETE, &path).send().await
    };
    for (marketplace, revocation) in [
        ("amazon", "left_to_seller"),
        ("shopify", "done"),
        ("xero", "done"),
    ] {
        let arrival = browser.connect(marketplace, &Decision::agree()).await;
        for id in arrival.connected() {
            disconnect(id, "?revoke=maybe")
                .await
                .problem(400, "invalid-query");
            let answer = disconnect(id, "").await.ok(200);
            assert_eq!(answer["revocation"], revocation, "{marketplace}");
            assert_eq!(answer["marketplace"], marketplace);
        }
        let grants = app.providers.grants();
        let of_this = grants
            .iter()
            .rfind(|grant| grant.provider.name() == marketplace)
            .unwrap();
        assert_eq!(
            of_this.is_alive,
            marketplace == "amazon",
            "{marketplace} knows"
        );
        let arrival = browser.connect(marketplace, &Decision::agree()).await;
        let answer = disconnect(arrival.connected()[0], "?revoke=false").await;
        assert_eq!(answer.ok(200)["revocation"], "not_asked");
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_page_is_told_what_it_needs_and_no_secret() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    for marketplace in ["amazon", "shopify", "xero"] {
        let url = browser.leave(marketplace).await;
        let query = query_of(&url);
        let value = |name: &str| {
            let found = query.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        assert_eq!(value("state").len(), 43, "{url}");
        assert_eq!(
            value("redirect_uri"),
            format!("https://vault.example.com/api/oauth/{marketplace}/callback")
        );
        let cookie = browser.cookie.as_deref().unwrap();
        let binding = cookie.split_once('=').unwrap().1;
        assert!(!url.contains(binding), "{url}");
    }
    app.stop().await.unwrap();
}
