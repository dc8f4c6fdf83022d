use std::collections::BTreeMap;

use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, ConsentTarget, Marketplace, OutcomeClass, SecretText,
    ports::{CallbackProblem, ExchangeReport, IdentifyReport, WebhookRequest, WebhookTopic},
};
use fluxori_test_support::providers::{
    Call, Decision, Fault, FaultRule, keys, sign_shopify_body, sign_shopify_query,
};
use rstest::rstest;

use crate::{consents::query_of, support::World};

const SHOPIFY: Marketplace = Marketplace::Shopify;

fn shop(world: &World) -> ConsentTarget {
    world.target(SHOPIFY, &[("shop", keys::SHOPIFY_SHOP)])
}

#[tokio::test]
async fn a_consent_ends_in_tokens_that_expire_and_a_known_shop() {
    let world = World::new();
    let returned = world.agree(SHOPIFY, shop(&world), &Decision::agree());
    assert_eq!(returned.claims["shop"], keys::SHOPIFY_SHOP);
    let grant = world.granted(&returned).await;
    let now = world.now();
    let clocks = grant.tokens.clocks;
    assert_eq!(clocks.access_expires_at, Some(now + TimeDelta::hours(1)));
    assert_eq!(clocks.refresh_expires_at, Some(now + TimeDelta::days(90)));
    assert_eq!(clocks.authorisation_expires_at, None);
    let presumed = grant.presumed.unwrap();
    assert_eq!(presumed.id.as_str(), keys::SHOPIFY_SHOP);
    let AccountDetails::Shopify(details) = presumed.details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.scopes, ["read_products", "write_orders"]);

    let report = world.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Accounts(accounts) = report else {
        panic!("the shop answers: {report:?}")
    };
    assert_eq!(accounts[0].id.as_str(), keys::SHOPIFY_SHOP);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_scope_that_was_not_granted_surfaces() {
    let world = World::new();
    let returned = world.agree(SHOPIFY, shop(&world), &Decision::agree());
    let grant = world.granted(&returned).await;
    // The operator asks for more than the shop was asked for.
    let more = World::with(
        |_| {},
        |settings| {
            settings.shopify = crate::support::settings(world.providers.endpoints()).shopify;
            settings.shopify.scopes = "read_orders write_products".parse().unwrap();
        },
    );
    let report = more.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Unknown(outcome) = report else {
        panic!("write_products was never granted: {report:?}")
    };
    assert_eq!(outcome.class, OutcomeClass::ScopeMissing);
    assert!(!outcome.class.is_transient(), "it is a verdict");
}

#[tokio::test]
async fn a_code_is_good_for_one_use_and_another_shop_does_not_fit() {
    let world = World::new();
    let returned = world.agree(SHOPIFY, shop(&world), &Decision::agree());
    world.granted(&returned).await;
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("the code was used")
    };
    assert_eq!(outcome.class, OutcomeClass::ReauthRequired);

    let client = world.consent_client(SHOPIFY);
    let claims = |shop: &str| BTreeMap::from([("shop".to_owned(), shop.to_owned())]);
    assert!(client.fits(&returned.target, &claims(keys::SHOPIFY_SHOP)));
    assert!(!client.fits(&returned.target, &claims("other-shop.myshopify.com")));
    assert!(!client.fits(&returned.target, &BTreeMap::new()));
    assert!(!client.fits(&ConsentTarget::default(), &BTreeMap::new()));
}

#[tokio::test]
async fn a_callback_is_good_for_ninety_seconds_and_for_the_previous_secret() {
    let world = World::with(
        |_| {},
        |settings| {
            settings.shopify.client_secret = Some(SecretText::copy_of("shpss_new"));
            settings.shopify.client_secret_previous =
                Some(SecretText::copy_of(keys::SHOPIFY_CLIENT_SECRET));
        },
    );
    let back = world.decide(SHOPIFY, &shop(&world), &Decision::agree());
    let client = world.consent_client(SHOPIFY);
    assert!(client.read_callback(&query_of(&back), world.now()).is_ok());
    let late = world.now() + TimeDelta::seconds(92);
    assert_eq!(
        client.read_callback(&query_of(&back), late).unwrap_err(),
        CallbackProblem::Stale
    );
    let changed = back.replace(keys::SHOPIFY_SHOP, "other-shop.myshopify.com");
    assert_eq!(
        client
            .read_callback(&query_of(&changed), world.now())
            .unwrap_err(),
        CallbackProblem::Forged
    );
}

#[tokio::test]
async fn an_install_request_names_its_shop() {
    let world = World::new();
    let timestamp = world.now().timestamp().to_string();
    let parameters = [
        ("host", "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYQ"),
        ("shop", keys::SHOPIFY_SHOP),
        ("timestamp", timestamp.as_str()),
    ];
    let hmac = sign_shopify_query(&parameters, keys::SHOPIFY_CLIENT_SECRET);
    let start = format!(
        "https://f.example/start?host={}&shop={}&timestamp={timestamp}&hmac={hmac}",
        parameters[0].1, parameters[1].1
    );
    let client = world.consent_client(SHOPIFY);
    let fields = client.read_start(&query_of(&start), world.now()).unwrap();
    assert_eq!(fields.unwrap()["shop"], keys::SHOPIFY_SHOP);
    let forged = start.replace("host=Y", "host=Z");
    let fields = client.read_start(&query_of(&forged), world.now()).unwrap();
    assert_eq!(fields.unwrap_err(), CallbackProblem::Forged);
}

#[rstest]
#[case(Fault::AnswerLost, OutcomeClass::Transient)]
#[case(Fault::Page(520), OutcomeClass::Transient)]
#[case(Fault::Page(400), OutcomeClass::EdgeBlocked)]
#[case(Fault::InvalidClient, OutcomeClass::AppConfig)]
#[tokio::test]
async fn a_code_is_shown_once_whatever_happens(#[case] fault: Fault, #[case] class: OutcomeClass) {
    let world = World::new();
    let returned = world.agree(SHOPIFY, shop(&world), &Decision::agree());
    world
        .providers
        .inject(FaultRule::new(fault).at(Call::ShopifyToken));
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("no tokens came")
    };
    assert_eq!(outcome.class, class);
    assert_eq!(world.providers.count(Call::ShopifyToken), 1);
}

#[tokio::test]
async fn webhooks_are_read_by_the_secrets_that_are_set() {
    let world = World::new();
    let body = br#"{"id":1,"domain":"canary"}"#;
    let signature = sign_shopify_body(body, keys::SHOPIFY_CLIENT_SECRET);
    let headers = BTreeMap::from([
        ("x-shopify-hmac-sha256", signature.as_str()),
        ("x-shopify-topic", "app/uninstalled"),
        ("x-shopify-shop-domain", keys::SHOPIFY_SHOP),
        ("x-shopify-webhook-id", "w-1"),
        ("x-shopify-triggered-at", "2026-11-23T10:00:00Z"),
    ]);
    let header = |name: &str| headers.get(name).map(|value| (*value).to_owned());
    let request = WebhookRequest {
        header: &header,
        body,
    };
    let event = world.client(SHOPIFY).webhook(request).unwrap().unwrap();
    assert_eq!(event.topic, WebhookTopic::Uninstalled);
    assert_eq!(event.account.as_str(), keys::SHOPIFY_SHOP);

    let unset = World::with(|_| {}, |settings| settings.shopify.client_secret = None);
    assert!(unset.client(SHOPIFY).webhook(request).unwrap().is_err());
    for other in [
        Marketplace::Takealot,
        Marketplace::Amazon,
        Marketplace::Xero,
    ] {
        assert!(world.client(other).webhook(request).is_none());
    }
}
