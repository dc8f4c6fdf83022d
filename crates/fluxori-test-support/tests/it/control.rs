use fluxori_test_support::providers::{Provider, Seed, TokenState, keys};
use serde_json::json;

use crate::world::World;

#[test]
fn another_process_seeds_grants_and_counts_what_became_of_them() {
    let world = World::new();
    let order = json!({"provider": "shopify", "count": 1000, "expired": true});
    let seeded = world.post_json("/control/grants", &[], &order).json();
    let seeded = seeded["grants"].as_array().unwrap().clone();
    assert_eq!(seeded.len(), 1000);

    let one = &seeded[41];
    let shop = one["account"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", one["refreshToken"].as_str().unwrap()),
        ("client_id", keys::SHOPIFY_CLIENT_ID),
        ("client_secret", keys::SHOPIFY_CLIENT_SECRET),
    ];
    let path = format!("/shopify/{shop}/admin/oauth/access_token");
    let current = world.form(&path, &fields).text_of("refresh_token");

    let counts = world.send("GET", "/control/counts", &[], "").json();
    let shopify = json!({"grants": 1000, "alive": 1000, "spent": 1, "lost": 0, "refused": 0});
    assert_eq!(counts["shopify"], shopify);
    let listed = world.send("GET", "/control/grants", &[], "").json();
    let grants = listed["grants"].as_array().unwrap();
    let found = grants
        .iter()
        .find(|grant| grant["id"] == one["id"])
        .unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, current.as_bytes());
    assert_eq!(found["currentRefreshSha256"], hex::encode(digest));
    assert!(!listed.to_string().contains(&current));
    let asked = json!({"refreshToken": one["refreshToken"]});
    let state = world.post_json("/control/token", &[], &asked);
    assert_eq!(state.text_of("state"), "retryable");
    world.assert_no_violations();
}

#[test]
fn another_process_orders_faults_and_takes_them_back() {
    let world = World::new();
    let ask = || {
        let bearer = format!("Bearer {}", keys::XERO_GOOD);
        let headers = [("authorization", bearer.as_str())];
        world.send("GET", "/xero/connections", &headers, "").status
    };
    let order = json!({"fault": "page", "status": 503, "call": "xero_connections"});
    let ordered = world.post_json("/control/faults", &[], &order);
    assert_eq!((ordered.status, ask()), (200, 503));
    world.send("DELETE", "/control/faults", &[], "");
    assert_eq!(ask(), 200);
}

#[test]
fn another_process_lets_access_tokens_run_out() {
    let world = World::new();
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let bearer = format!("Bearer {}", seeded.access_token);
    let ask = || {
        let headers = [("authorization", bearer.as_str())];
        world.send("GET", "/xero/connections", &headers, "").status
    };
    assert_eq!(ask(), 200);
    world.post_json("/control/expire", &[], &json!({"provider": "xero"}));
    assert_eq!(ask(), 401);
}

#[test]
fn a_malformed_order_is_refused() {
    let world = World::new();
    for (path, order) in [
        ("/control/grants", json!({"provider": "ebay", "count": 1})),
        ("/control/grants", json!({"provider": "xero"})),
        ("/control/faults", json!({"fault": "earthquake"})),
        ("/control/faults", json!({"fault": "page", "status": 99})),
        ("/control/faults", json!({"fault": "reset", "call": "x"})),
    ] {
        let refused = world.post_json(path, &[], &order);
        assert_eq!(refused.status, 400, "{order}");
    }
    assert_eq!(world.send("GET", "/control/x", &[], "").status, 404);
}

#[test]
fn another_process_withdraws_an_authorisation_and_gives_keys_back() {
    let world = World::new();
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let other = Seed::new(Provider::Shopify, "a.myshopify.com");
    let other = world.providers.seed_grant(other);
    let reached = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let answer = world.send("GET", "/xero/connections", &headers, "");
        answer.json().as_array().map(Vec::len)
    };
    let order = |what: &str| {
        let path = format!("/control/{what}");
        let ordered = world.post_json(&path, &[], &json!({"marketplace": "xero"}));
        assert_eq!(ordered.status, 200);
    };
    let (key, token) = (keys::XERO_GOOD, seeded.access_token.as_str());
    assert_eq!((reached(key), reached(token)), (Some(1), Some(1)));
    order("withdraw");
    assert_eq!((reached(key), reached(token)), (None, Some(0)));
    let refresh = world.providers.token_state(&seeded.refresh_token);
    assert_eq!(refresh, TokenState::Dead);
    assert!(world.providers.grant(other.id).unwrap().is_alive);
    order("accept");
    assert_eq!((reached(key), reached(token)), (Some(1), Some(0)));
    let refused = world.post_json("/control/accept", &[], &json!({"marketplace": "ebay"}));
    assert_eq!(refused.status, 400);
}
