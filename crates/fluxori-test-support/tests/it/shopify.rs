use chrono::TimeDelta;
use fluxori_test_support::providers::{
    Behaviour, Decision, Provider, Seed, ShopifyWebhook, TokenState, keys, sign_shopify_query,
};
use serde_json::json;

use crate::world::{Answer, World, parameter};

const SHOP: &str = keys::SHOPIFY_SHOP;
const CALLBACK: &str = "http://127.0.0.1:1/api/oauth/shopify/callback";
const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

fn consent_page(world: &World) -> String {
    world.address(
        &format!("/shopify/{SHOP}/admin/oauth/authorize"),
        &[
            ("client_id", keys::SHOPIFY_CLIENT_ID),
            ("scope", "read_orders,write_products"),
            ("redirect_uri", CALLBACK),
            ("state", "my state/1"),
        ],
    )
}

fn token(world: &World, fields: &[(&str, &str)]) -> Answer {
    let client = [
        ("client_id", keys::SHOPIFY_CLIENT_ID),
        ("client_secret", keys::SHOPIFY_CLIENT_SECRET),
    ];
    let fields = [&client[..], fields].concat();
    world.form(
        &format!("/shopify/{SHOP}/admin/oauth/access_token"),
        &fields,
    )
}

fn refresh(world: &World, refresh_token: &str) -> Answer {
    let grant = ("grant_type", "refresh_token");
    token(world, &[grant, ("refresh_token", refresh_token)])
}

fn connect(world: &World, expiring: &str) -> Answer {
    let callback = world.consent(&consent_page(world), &Decision::agree());
    let code = parameter(&callback, "code");
    token(world, &[("code", code), ("expiring", expiring)])
}

fn ask(world: &World, access_token: &str) -> Answer {
    world.post_json(
        &format!("/shopify/{SHOP}/admin/api/2026-10/graphql.json"),
        &[("x-shopify-access-token", access_token)],
        &json!({"query": "{ currentAppInstallation { accessScopes { handle } } }"}),
    )
}

#[test]
fn a_callback_is_signed_and_carries_what_was_asked() {
    let world = World::new();
    let callback = world.consent(&consent_page(&world), &Decision::agree());
    assert_eq!(parameter(&callback, "state"), "my state/1");
    assert_eq!(parameter(&callback, "shop"), SHOP);
    assert_eq!(parameter(&callback, "timestamp"), "1795435200");
    let pairs: Vec<_> = callback
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let hmac = sign_shopify_query(&pairs, keys::SHOPIFY_CLIENT_SECRET);
    assert_eq!(parameter(&callback, "hmac"), hmac);
}

#[test]
fn a_code_buys_a_pair_once() {
    let world = World::new();
    let callback = world.consent(&consent_page(&world), &Decision::agree());
    let fields = [("code", parameter(&callback, "code")), ("expiring", "1")];
    let bought = token(&world, &fields).json();
    assert_eq!(bought["expires_in"], 3600);
    assert_eq!(bought["refresh_token_expires_in"], 7_776_000);
    assert_eq!(bought["scope"], "read_orders,write_products");
    assert_eq!(token(&world, &fields).error().0, 400);

    let told = ask(&world, bought["access_token"].as_str().unwrap()).json();
    let scopes = &told["data"]["currentAppInstallation"]["accessScopes"];
    assert_eq!(
        *scopes,
        json!([{"handle": "read_orders"}, {"handle": "write_products"}])
    );
    world.assert_no_violations();
}

#[test]
fn a_code_lives_five_minutes() {
    let world = World::new();
    let callback = world.consent(&consent_page(&world), &Decision::agree());
    world.advance(TimeDelta::minutes(5));
    let late = token(&world, &[("code", parameter(&callback, "code"))]);
    assert_eq!(late.error(), (400, "invalid_request".to_owned()));
}

#[test]
fn a_lost_pair_can_be_asked_for_again_until_the_new_one_is_used() {
    let world = World::new();
    let first = connect(&world, "1").text_of("refresh_token");
    assert_eq!(refresh(&world, &first).status, 200);
    let second = refresh(&world, &first);
    assert_eq!(world.providers.token_state(&first), TokenState::Retryable);

    assert_eq!(ask(&world, &second.text_of("access_token")).status, 200);
    let dead = refresh(&world, &first);
    assert_eq!(dead.error(), (401, "invalid_request".to_owned()));
    assert_eq!(
        dead.text_of("error_description"),
        "This request requires an active refresh_token"
    );
    let counts = world.providers.grants_spent(Provider::Shopify);
    assert_eq!((counts.spent, counts.refused), (2, 1));
    world.assert_no_violations();
}

#[test]
fn an_access_token_runs_out_after_an_hour() {
    let world = World::new();
    let bought = connect(&world, "1");
    let access = bought.text_of("access_token");
    world.advance(TimeDelta::seconds(3599));
    assert_eq!(ask(&world, &access).status, 200);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(ask(&world, &access).status, 401);
    let fresh = refresh(&world, &bought.text_of("refresh_token"));
    assert_eq!(ask(&world, &fresh.text_of("access_token")).status, 200);
}

#[test]
fn a_new_consent_ends_the_pair_before() {
    let world = World::new();
    let before = connect(&world, "1");
    let after = connect(&world, "1");
    assert_eq!(ask(&world, &before.text_of("access_token")).status, 401);
    let dead = refresh(&world, &before.text_of("refresh_token"));
    assert_eq!(dead.error(), (400, "invalid_grant".to_owned()));
    assert_eq!(ask(&world, &after.text_of("access_token")).status, 200);
}

#[test]
fn a_token_that_never_expires_can_be_migrated_for_seven_days() {
    let world = World::new();
    let old = connect(&world, "0");
    assert!(old.json().get("refresh_token").is_none());
    let old = old.text_of("access_token");
    world.advance(TimeDelta::days(400));
    assert_eq!(ask(&world, &old).status, 200);

    let migrate = || {
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        let fields = [
            ("grant_type", exchange),
            ("subject_token", &old),
            ("subject_token_type", OFFLINE),
            ("requested_token_type", OFFLINE),
            ("expiring", "1"),
        ];
        token(&world, &fields)
    };
    let pair = migrate().json();
    assert_eq!(pair["expires_in"], 3600);
    assert_eq!(migrate().json(), pair);
    assert_eq!(ask(&world, &old).status, 401);
    world.advance(TimeDelta::days(7));
    assert_eq!(migrate().error().1, "invalid_subject_token");
    world.assert_no_violations();
}

#[test]
fn an_uninstalled_application_has_nothing_left() {
    let world = World::new();
    let bought = connect(&world, "1");
    let access = bought.text_of("access_token");
    let path = format!("/shopify/{SHOP}/admin/api_permissions/current.json");
    let uninstall = || {
        let headers = [("x-shopify-access-token", access.as_str())];
        world.send("DELETE", &path, &headers, "").status
    };
    assert_eq!(uninstall(), 200);
    assert_eq!(uninstall(), 401);
    assert_eq!(ask(&world, &access).status, 401);
    let dead = refresh(&world, &bought.text_of("refresh_token"));
    assert_eq!(dead.error().1, "invalid_grant");
    world.assert_no_violations();
}

#[test]
fn json_is_taken_too_and_the_secret_before_still_works() {
    let world = World::new();
    let seeded = world
        .providers
        .seed_grant(Seed::new(Provider::Shopify, SHOP).expired());
    assert_eq!(ask(&world, &seeded.access_token).status, 401);
    let body = |secret: &str| {
        json!({
            "client_id": keys::SHOPIFY_CLIENT_ID, "client_secret": secret,
            "grant_type": "refresh_token", "refresh_token": seeded.refresh_token,
        })
    };
    let path = format!("/shopify/{SHOP}/admin/oauth/access_token");
    let wrong = world.post_json(&path, &[], &body("wrong"));
    assert_eq!(wrong.error().1, "invalid_client");
    let previous = body(keys::SHOPIFY_CLIENT_SECRET_PREVIOUS);
    assert_eq!(world.post_json(&path, &[], &previous).status, 200);
    world.assert_no_violations();
}

#[test]
fn a_refusal_or_a_wrong_address_never_comes_back() {
    let world = World::new();
    let page = consent_page(&world);
    let refused = world.providers.consent(&page, &Decision::refuse());
    assert_eq!(refused.unwrap_err().status, 200);
    let foreign = page.replace("127.0.0.1%3A1", "evil.example");
    assert_ne!(foreign, page);
    let wrong = world.providers.consent(&foreign, &Decision::agree());
    assert_eq!(wrong.unwrap_err().title, "Error invalid_request");
}

#[test]
fn a_message_carries_a_signature_over_its_bytes() {
    let now = chrono::DateTime::UNIX_EPOCH;
    let mut webhook = ShopifyWebhook::new("app/uninstalled", SHOP, now);
    webhook.body = r#"{"id":1}"#.to_owned();
    webhook.secret = "hush".to_owned();
    let headers = webhook.headers();
    let signature = (
        "x-shopify-hmac-sha256",
        "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=".to_owned(),
    );
    assert!(headers.contains(&signature), "{headers:?}");
}

#[test]
fn what_is_scripted_for_a_shop_goes_before_the_rules() {
    let world = World::new();
    let token = connect(&world, "1").text_of("refresh_token");
    world.providers.script(SHOP, Behaviour::Suspended);
    assert_eq!(refresh(&world, &token).status, 402);
    world.providers.script(SHOP, Behaviour::WrongScope);
    let token = refresh(&world, &token);
    let told = ask(&world, &token.text_of("access_token"));
    assert!(told.text.contains("ACCESS_DENIED"), "{}", told.text);

    world.providers.script(SHOP, Behaviour::GoodAndTerse);
    let terse = refresh(&world, &token.text_of("refresh_token")).json();
    let members: Vec<_> = terse.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "refresh_token"]);
    let access = terse["access_token"].as_str().unwrap();
    assert_eq!(ask(&world, access).status, 200);
}
