//! A marketplace that hangs or is down takes nothing but its own calls along, and its sellers are told when to come back.

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::Clock as _;
use fluxori_test_support::providers::{Behaviour, Call, Fault, FaultRule, keys};
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, path_of, takealot},
    on_both_databases,
};

/// As many calls as fail before a host is left alone.
const ENOUGH: usize = 5;

on_both_databases!(
    sellers_go_on_while_a_marketplace_hangs,
    a_seller_is_told_when_a_marketplace_that_is_down_is_asked_again,
);

fn shopify(number: usize) -> Value {
    let shop = format!("shop-{number}.myshopify.com");
    json!({
        "marketplace": "shopify",
        "authType": "custom_app_token",
        "credentials": {"shop": shop, "accessToken": keys::SHOPIFY_GOOD},
    })
}

async fn test(app: &TestApp, connection: &Value) -> Value {
    let path = path_of(connection, "/test");
    app.as_seller(Method::POST, &path).send().await.ok(200)
}

async fn sellers_go_on_while_a_marketplace_hangs(app: TestApp) {
    let many = 20;
    let hangs = FaultRule::new(Fault::Held).at(Call::ShopifyGraphql);
    app.providers.inject(hangs);
    let bodies: Vec<_> = (0..many).map(shopify).collect();
    let attempts = bodies.iter().map(|body| app.post("/api/connections", body));
    let meanwhile = async {
        app.providers.until_held(many).await;
        let created = app.connect_takealot().await;
        for path in ["/api/connections", "/api/marketplaces", "/livez", "/readyz"] {
            assert!(app.get(path).await.status.is_success(), "{path}");
        }
        let tested = test(&app, &created).await;
        assert_eq!(tested["test"]["outcome"], "ok");
        assert_eq!(
            app.providers.held(),
            many,
            "all of that while they are held"
        );
        app.providers.release();
    };
    let (created, ()) = join(join_all(attempts), meanwhile).await;
    for answer in created {
        answer.ok(201);
    }
    app.stop().await.unwrap();
}

async fn a_seller_is_told_when_a_marketplace_that_is_down_is_asked_again(app: TestApp) {
    let connection = app.connect_takealot().await;
    let down = Behaviour::Error(503);
    app.providers
        .script_call(Call::TakealotSeller, keys::TAKEALOT_GOOD, down);
    for _ in 0..ENOUGH {
        let tested = test(&app, &connection).await;
        assert_eq!(tested["test"]["retryAt"], Value::Null);
    }
    let told = |document: &Value| {
        let at: DateTime<Utc> = document["retryAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(at, app.clock.now() + TimeDelta::seconds(5));
        assert_eq!(document["outcome"], "transient");
    };
    let tested = test(&app, &connection).await;
    told(&tested["test"]);
    assert_eq!(tested["status"], "connected");

    let key = keys::TAKEALOT_GOOD.replace("00000001", "00000009");
    let create = app.as_seller(Method::POST, "/api/connections");
    let answer = create.json(&takealot(&key)).send().await;
    let problem = answer.problem(422, "credential-not-confirmed");
    told(&problem);
    assert_eq!(answer.header("retry-after"), "6");
    assert_eq!(app.providers.count(Call::TakealotSeller), 1 + ENOUGH);
    app.stop().await.unwrap();
}
