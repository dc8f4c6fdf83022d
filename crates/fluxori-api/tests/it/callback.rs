//! Callbacks that are not what they should be. Each has one end, and none loses anything.

use chrono::TimeDelta;
use fluxori_domain::Clock;
use fluxori_test_support::providers::{Decision, keys, sign_shopify_query};
use reqwest::Method;

use crate::{
    app::{Builder, TestApp},
    browser::{Arrival, Browser, query_of, with_query},
    logs, on_both_databases,
};

on_both_databases!(
    a_callback_works_once,
    a_callback_of_another_browser_comes_to_nothing_and_spoils_nothing
);

async fn count(app: &TestApp) -> usize {
    let list = app.get("/api/connections?limit=100").await.ok(200);
    list["items"].as_array().unwrap().len()
}

async fn a_callback_works_once(app: TestApp) {
    let mut connected = 0;
    for marketplace in ["amazon", "shopify", "xero"] {
        let mut browser = Browser::new(&app);
        let url = browser.leave(marketplace).await;
        let back = browser.decide(&url, &Decision::agree());
        let (one, other) = tokio::join!(browser.arrive(&back), browser.arrive(&back));
        let results = [one.all("result")[0], other.all("result")[0]];
        assert!(results.contains(&"connected"), "{results:?}");
        assert!(results.contains(&"expired"), "{results:?}");
        assert_eq!(browser.arrive(&back).await.only_result(), "expired");
        connected += if marketplace == "xero" { 2 } else { 1 };
        assert_eq!(count(&app).await, connected, "{marketplace}");
    }
    app.stop().await.unwrap();
}

async fn a_callback_of_another_browser_comes_to_nothing_and_spoils_nothing(app: TestApp) {
    let mut browser = Browser::new(&app);
    let url = browser.leave("xero").await;
    let back = browser.decide(&url, &Decision::agree());

    let mut other = Browser::new(&app);
    assert_eq!(other.arrive(&back).await.only_result(), "expired");
    other.leave("xero").await;
    assert_eq!(other.arrive(&back).await.only_result(), "expired");
    let both = format!(
        "{}; {}",
        browser.cookie.as_ref().unwrap(),
        other.cookie.as_ref().unwrap()
    );
    other.cookie = Some(both);
    assert_eq!(other.arrive(&back).await.only_result(), "expired");
    assert_eq!(count(&app).await, 0);

    assert_eq!(browser.arrive(&back).await.connected().len(), 2);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_too_long_begins_again() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    for (wait, result) in [(599, "connected"), (601, "expired")] {
        let url = browser.leave("amazon").await;
        app.clock.advance(TimeDelta::seconds(wait));
        let back = browser.decide(&url, &Decision::agree());
        assert_eq!(browser.arrive(&back).await.all("result"), [result]);
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_who_does_not_agree_is_sent_back() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let url = browser.leave("xero").await;
    let back = browser.decide(&url, &Decision::refuse());
    assert!(back.contains("error=access_denied"), "{back}");
    assert_eq!(browser.arrive(&back).await.only_result(), "denied");
    assert_eq!(browser.arrive(&back).await.only_result(), "expired");
    assert_eq!(count(&app).await, 0);
    app.stop().await.unwrap();
}

/// The errors of RFC 6749, section 4.1.2.1, and one that nobody has described.
#[tokio::test(flavor = "multi_thread")]
async fn every_error_of_a_consent_page_is_a_refusal_of_which_nothing_is_repeated() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    for error in [
        "access_denied",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
        "canary_error",
    ] {
        let url = browser.leave("xero").await;
        let back = browser.decide(&url, &Decision::refuse());
        let mut query = query_of(&back);
        set(&mut query, "error", error);
        query.push(("error_description".into(), "canary words".into()));
        let back = with_query(&back, &query);
        assert_eq!(browser.arrive(&back).await.only_result(), "denied");
        let again = browser.arrive(&back).await;
        assert_eq!(again.only_result(), "expired", "{error}");
    }
    assert_eq!(count(&app).await, 0);
    app.stop().await.unwrap();
    let lines = logs::lines();
    assert!(!lines.contains("canary_error") && !lines.contains("canary words"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_belongs_to_one_marketplace() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let url = browser.leave("xero").await;
    let back = browser.decide(&url, &Decision::agree());
    for other in ["amazon", "shopify"] {
        let swapped = back.replace("/xero/", &format!("/{other}/"));
        assert_eq!(browser.arrive(&swapped).await.only_result(), "invalid");
    }
    // What Amazon would send, with the state of a flow at Xero.
    let state = value(&query_of(&back), "state");
    let swapped = format!(
        "/api/oauth/amazon/callback?state={state}&spapi_oauth_code=c&selling_partner_id={}",
        keys::AMAZON_SELLING_PARTNER_ID
    );
    assert_eq!(browser.arrive(&swapped).await.only_result(), "expired");
    for nobodys in ["takealot", "ebay", "Xero"] {
        let swapped = back.replace("/xero/", &format!("/{nobodys}/"));
        let answer = browser.return_to(&swapped).await;
        if nobodys == "takealot" {
            assert_eq!(Arrival::of(&answer).only_result(), "invalid");
        } else {
            answer.problem(404, "not-found");
        }
    }
    assert_eq!(browser.arrive(&back).await.connected().len(), 2);
    app.stop().await.unwrap();
}

type Query = Vec<(String, String)>;

/// Another value for a parameter.
fn set(query: &mut [(String, String)], name: &str, value: &str) {
    for (known, old) in query {
        if known == name {
            value.clone_into(old);
        }
    }
}

fn value(query: &[(String, String)], name: &str) -> String {
    let found = query.iter().find(|(key, _)| key == name);
    found.unwrap().1.clone()
}

/// Signs parameters as Shopify does.
fn sign(query: &mut Query) {
    query.retain(|(name, _)| name != "hmac");
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let hmac = sign_shopify_query(&pairs, keys::SHOPIFY_CLIENT_SECRET);
    query.push(("hmac".to_owned(), hmac));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_callback_of_another_shop_comes_to_nothing() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let url = browser.leave("shopify").await;
    let back = browser.decide(&url, &Decision::agree());
    let mut query = query_of(&back);
    set(&mut query, "shop", "other-shop.myshopify.com");
    sign(&mut query);
    let swapped = with_query(&back, &query);
    assert_eq!(browser.arrive(&swapped).await.only_result(), "invalid");
    assert_eq!(count(&app).await, 0);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_whose_signature_is_not_shopifys_comes_to_nothing() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let url = browser.leave("shopify").await;
    let back = browser.decide(&url, &Decision::agree());
    let good = query_of(&back);
    let tampered = |change: &dyn Fn(&mut Query)| {
        let mut query = good.clone();
        change(&mut query);
        with_query(&back, &query)
    };
    let extra = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let hmac = value(&good, "hmac");
    let bad = [
        tampered(&|query| query.retain(|(name, _)| name != "hmac")),
        tampered(&|query| query.push(extra("hmac", &hmac))),
        tampered(&|query| query.push(extra("state", &value(&good, "state")))),
        tampered(&|query| query.push(extra("extra", "1"))),
        tampered(&|query| set(query, "code", "0907a61c0c8d55e99db179b68161bc00")),
        tampered(&|query| set(query, "hmac", &hmac.to_uppercase())),
        tampered(&Vec::clear),
        tampered(&|query| query.extend((0..40).map(|n| extra(&format!("p{n}"), "1")))),
        tampered(&|query| query.push(extra("long", &"x".repeat(9_000)))),
    ];
    for bad in &bad {
        let answer = browser.return_to(bad).await;
        assert_eq!(Arrival::of(&answer).only_result(), "invalid", "{bad}");
    }
    app.clock.advance(TimeDelta::seconds(91));
    assert_eq!(
        browser.arrive(&back).await.only_result(),
        "expired",
        "signed too long ago"
    );
    app.clock.advance(TimeDelta::seconds(-91));
    let arrival = browser.arrive(&back).await;
    assert_eq!(arrival.connected().len(), 1, "none of them spoilt it");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marketplace_that_does_not_go_through_with_it_is_named_as_the_reason() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let url = browser.leave("amazon").await;
    let back = browser.decide(&url, &Decision::agree());
    // The code is good for five minutes.
    app.clock.advance(TimeDelta::minutes(6));
    let arrival = browser.arrive(&back).await;
    assert_eq!(arrival.all("result"), ["refused"]);
    assert_eq!(arrival.all("reason"), ["reauth_required"]);
    assert_eq!(arrival.parameters.len(), 2);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_redirect_nor_the_log_repeats_what_came_back() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let mut came_back = Vec::new();
    for marketplace in ["amazon", "shopify", "xero"] {
        let url = browser.leave(marketplace).await;
        let back = browser.decide(&url, &Decision::agree());
        let answer = browser.return_to(&back).await;
        assert_eq!(Arrival::of(&answer).all("result"), ["connected"]);
        for (name, value) in query_of(&back) {
            if ["code", "spapi_oauth_code", "state", "hmac"].contains(&name.as_str()) {
                assert!(!answer.header("location").contains(&value), "{name}");
                came_back.push(value);
            }
        }
        let cookie = browser.cookie.as_ref().unwrap();
        came_back.push(cookie.split_once('=').unwrap().1.to_owned());
    }
    assert_eq!(came_back.len(), 10);
    app.stop().await.unwrap();
    let lines = logs::lines();
    assert!(lines.contains("/api/oauth/{marketplace}/callback"));
    for value in came_back {
        assert!(!lines.contains(&value), "{value} was logged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_callbacks_is_stopped() {
    let app = Builder::new()
        .settings(|settings| settings.login_failures_per_minute = 3)
        .start()
        .await;
    let now = app.clock.now().timestamp();
    for path in [
        "/api/oauth/xero/callback?code=c&state=s".to_owned(),
        "/api/oauth/amazon/callback".to_owned(),
        format!("/api/oauth/shopify/start?shop=a.myshopify.com&timestamp={now}&hmac=0"),
    ] {
        let answer = app.ask(Method::GET, &path).send().await;
        Arrival::of(&answer).only_result();
    }
    for path in [
        "/api/oauth/xero/callback?code=c&state=s",
        "/api/oauth/shopify/start?shop=a",
    ] {
        let answer = app.ask(Method::GET, path).send().await;
        answer.problem(429, "too-many-requests");
        assert!(!answer.header("retry-after").is_empty());
    }
    let mut browser = Browser::new(&app);
    let arrival = browser.connect("xero", &Decision::agree()).await;
    assert_eq!(arrival.connected().len(), 2, "a real one is not held up");
    app.stop().await.unwrap();
}
