use chrono::TimeDelta;
use fluxori_test_support::providers::{Behaviour, Decision, keys};

use crate::world::{Answer, World, parameter};

const CALLBACK: &str = "http://127.0.0.1:1/api/oauth/amazon/callback";

fn consent_page(world: &World) -> String {
    world.address(
        "/amazon/sellercentral/apps/authorize/consent",
        &[
            ("application_id", keys::AMAZON_APPLICATION_ID),
            ("state", "my-state"),
            ("redirect_uri", CALLBACK),
            ("version", "beta"),
        ],
    )
}

fn token(world: &World, fields: &[(&str, &str)], secret: &str) -> Answer {
    let client = [
        ("client_id", keys::AMAZON_CLIENT_ID),
        ("client_secret", secret),
    ];
    let fields = [&client[..], fields].concat();
    world.form("/amazon/lwa/auth/o2/token", &fields)
}

fn redeem(world: &World, code: &str, redirect_uri: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    token(world, &fields, keys::AMAZON_CLIENT_SECRET)
}

fn refresh(world: &World, refresh_token: &str, secret: &str) -> Answer {
    let grant = ("grant_type", "refresh_token");
    token(world, &[grant, ("refresh_token", refresh_token)], secret)
}

fn ask(world: &World, access_token: &str) -> Answer {
    let headers = [
        ("x-amz-access-token", access_token),
        ("x-amz-date", "20261123T120000Z"),
    ];
    let path = "/amazon/eu/sellers/v1/marketplaceParticipations";
    world.send("GET", path, &headers, "")
}

#[test]
fn a_consent_buys_tokens_that_run_out_and_a_refresh_token_that_stays() {
    let world = World::new();
    let decision = Decision::agree().account(keys::AMAZON_OTHER_SELLING_PARTNER_ID);
    let callback = world.consent(&consent_page(&world), &decision);
    assert_eq!(parameter(&callback, "state"), "my-state");
    let seller = parameter(&callback, "selling_partner_id");
    assert_eq!(seller, keys::AMAZON_OTHER_SELLING_PARTNER_ID);
    let code = parameter(&callback, "spapi_oauth_code");
    let bought = redeem(&world, code, CALLBACK);
    assert_eq!(redeem(&world, code, CALLBACK).error().1, "invalid_grant");

    let access = bought.text_of("access_token");
    assert!(access.starts_with("Atza|"));
    assert_eq!(ask(&world, &access).status, 200);
    world.advance(TimeDelta::hours(1));
    let late = ask(&world, &access);
    assert_eq!(late.status, 403);
    assert!(
        late.text
            .contains("The access token you provided has expired.")
    );

    let kept = bought.text_of("refresh_token");
    let fresh = refresh(&world, &kept, keys::AMAZON_CLIENT_SECRET_PREVIOUS);
    assert_eq!(fresh.text_of("refresh_token"), kept);
    assert_eq!(ask(&world, &fresh.text_of("access_token")).status, 200);
    world.assert_no_violations();
}

#[test]
fn a_code_is_for_the_address_that_it_was_sent_to() {
    let world = World::new();
    let callback = world.consent(&consent_page(&world), &Decision::agree());
    let code = parameter(&callback, "spapi_oauth_code");
    let other = "https://example.com/api/oauth/amazon/callback";
    let wrong = redeem(&world, code, other);
    assert_eq!(wrong.error(), (400, "invalid_grant".to_owned()));
}

#[test]
fn a_wrong_address_shows_a_page_and_never_comes_back() {
    let world = World::new();
    let page = consent_page(&world);
    for (address, title) in [
        (page.replace("sp.solution", "sp.other"), "Error MD1000"),
        (page.replace("&version=beta", ""), "Error MD1000"),
        (page.replace("amazon%2Fcallback", "x"), "Error MD5101"),
    ] {
        let shown = world.providers.consent(&address, &Decision::agree());
        assert_eq!(shown.unwrap_err().title, title, "{address}");
    }
    let refused = world.providers.consent(&page, &Decision::refuse());
    assert_eq!(refused.unwrap_err().title, "Nothing was connected");
}

#[test]
fn a_seller_may_begin_in_the_appstore() {
    let world = World::new();
    let log_in = "http://127.0.0.1:1/start";
    let fields = [("address", log_in), ("account", "A1APPSTORE01")];
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let started = world.location("POST", "/amazon/appstore", &body);
    let mut back: url::Url = started
        .query_pairs()
        .find(|(name, _)| name == "amazon_callback_uri")
        .map(|(_, value)| value.parse().unwrap())
        .unwrap();
    let amazon_state = started
        .query_pairs()
        .find(|(name, _)| name == "amazon_state")
        .map(|(_, value)| value.into_owned())
        .unwrap();
    let ours = [
        ("redirect_uri", CALLBACK),
        ("amazon_state", &amazon_state),
        ("state", "my-state"),
        ("version", "beta"),
    ];
    back.query_pairs_mut().extend_pairs(ours);
    let path = &back[url::Position::BeforePath..];
    let callback = world.location("GET", path, "");
    let callback: Vec<_> = callback.query_pairs().into_owned().collect();
    assert_eq!(parameter(&callback, "selling_partner_id"), "A1APPSTORE01");
    let code = parameter(&callback, "spapi_oauth_code");
    assert_eq!(redeem(&world, code, CALLBACK).status, 200);
}

#[test]
fn written_down_tokens_run_out_as_well() {
    let world = World::new();
    let bought = refresh(&world, keys::AMAZON_GOOD, keys::AMAZON_CLIENT_SECRET);
    let access = bought.text_of("access_token");
    assert_eq!(ask(&world, &access).status, 200);
    world.advance(TimeDelta::hours(1));
    assert_eq!(ask(&world, &access).status, 403);
}

#[test]
fn an_account_can_be_scripted_whatever_its_tokens_are() {
    let world = World::new();
    let callback = world.consent(&consent_page(&world), &Decision::agree());
    let code = parameter(&callback, "spapi_oauth_code");
    let bought = redeem(&world, code, CALLBACK);
    let seller = keys::AMAZON_SELLING_PARTNER_ID;
    world.providers.script(seller, Behaviour::Throttled);
    assert_eq!(ask(&world, &bought.text_of("access_token")).status, 429);
}
