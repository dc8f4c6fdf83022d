use chrono::TimeDelta;
use fluxori_domain::{AccountDetails, Marketplace, Outcome, OutcomeClass};
use fluxori_test_support::providers::{Behaviour, Reply, keys};
use rstest::rstest;

use crate::support::{World, shopify};

const SHOPIFY: Marketplace = Marketplace::Shopify;

#[tokio::test]
async fn a_good_token_names_its_shop_and_scopes() {
    let world = World::new();
    let report = world.test(SHOPIFY, &shopify(keys::SHOPIFY_GOOD)).await;
    assert_eq!(report.outcome, OutcomeClass::Ok.into());
    let account = report.account.unwrap();
    assert_eq!(account.id.as_str(), keys::SHOPIFY_SHOP);
    assert_eq!(account.name.as_deref(), Some("Simulated Shop"));
    let AccountDetails::Shopify(details) = account.details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.shop.as_str(), keys::SHOPIFY_SHOP);
    assert_eq!(
        details.shop_gid.as_deref(),
        Some("gid://shopify/Shop/900000001")
    );
    assert_eq!(details.currency.as_deref(), Some("ZAR"));
    assert_eq!(details.timezone.as_deref(), Some("Africa/Johannesburg"));
    assert_eq!(details.scopes, ["read_products", "write_orders"]);
    let rate = report.rate.unwrap();
    assert_eq!((rate.limit, rate.remaining), (Some(2000), 1990));
    assert!(report.renewal.is_none());
    world.assert_well_behaved();
}

#[tokio::test]
async fn the_version_is_a_setting() {
    let world = World::with(
        |_| {},
        |settings| settings.shopify.api_version = "2027-01".parse().unwrap(),
    );
    let report = world.test(SHOPIFY, &shopify(keys::SHOPIFY_GOOD)).await;
    assert_eq!(report.outcome.class, OutcomeClass::Ok);
    assert_eq!(
        world.providers.requests()[0].path,
        format!(
            "/shopify/{}/admin/api/2027-01/graphql.json",
            keys::SHOPIFY_SHOP
        )
    );
}

#[rstest]
#[case::terse(Behaviour::GoodAndTerse, OutcomeClass::Ok)]
#[case::other_shop(Behaviour::OtherAccount, OutcomeClass::ConfigError)]
#[case::uninstalled(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::scope(Behaviour::WrongScope, OutcomeClass::ScopeMissing)]
#[case::unpaid(Behaviour::Suspended, OutcomeClass::AccountSuspended)]
#[case::locked(Behaviour::Error(423), OutcomeClass::AccountSuspended)]
#[case::scope_by_status(Behaviour::Error(403), OutcomeClass::ScopeMissing)]
#[case::old_kind_of_token(
    Behaviour::Reply(Reply::json(
        403,
        r#"{"errors":"[API] Non-expiring access tokens are no longer accepted"}"#
    )),
    OutcomeClass::TokenKindObsolete
)]
#[case::page_503(Behaviour::Page(503), OutcomeClass::Transient)]
#[tokio::test]
async fn an_answer_has_its_class(#[case] behaviour: Behaviour, #[case] expected: OutcomeClass) {
    let world = World::new();
    world.providers.script(keys::SHOPIFY_GOOD, behaviour);
    let report = world.test(SHOPIFY, &shopify(keys::SHOPIFY_GOOD)).await;
    assert_eq!(report.outcome.class, expected);
    assert_eq!(report.account.is_some(), expected == OutcomeClass::Ok);
    world.assert_well_behaved();
}

#[rstest]
#[case::by_points(Behaviour::Throttled, 2)]
#[case::by_status(Behaviour::ThrottledSilently, 60)]
#[case::for_security(Behaviour::Error(430), 3600)]
#[tokio::test]
async fn a_throttled_token_waits(#[case] behaviour: Behaviour, #[case] seconds: i64) {
    let world = World::new();
    world.providers.script(keys::SHOPIFY_THROTTLED, behaviour);
    let report = world.test(SHOPIFY, &shopify(keys::SHOPIFY_THROTTLED)).await;
    let until = world.now() + TimeDelta::seconds(seconds);
    assert_eq!(report.outcome, Outcome::throttled(until));
}
