use fluxori_domain::{AccountDetails, AuthType, OutcomeClass, ports::Disconnection};
use fluxori_test_support::providers::{Call, Fault, FaultRule, Provider};
use rstest::rstest;

use crate::{
    grants::{document, xero},
    support::World,
};

#[tokio::test]
async fn amazon_leaves_it_to_the_seller() {
    let world = World::new();
    let held = world.seed(Provider::Amazon);
    assert_eq!(
        world.disconnect(&held, true).await,
        Disconnection::LeftToSeller
    );
    assert_eq!(world.providers.requests(), []);
}

#[tokio::test]
async fn an_app_is_uninstalled_once_and_again() {
    let world = World::new();
    let held = world.seed(Provider::Shopify);
    assert_eq!(world.disconnect(&held, true).await, Disconnection::Done);
    assert!(!world.providers.grant(held.seeded.id).unwrap().is_alive);
    assert_eq!(world.disconnect(&held, true).await, Disconnection::Done);
    assert_eq!(world.providers.count(Call::ShopifyUninstall), 2);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_custom_app_is_the_sellers_own() {
    let world = World::new();
    let mut held = world.seed(Provider::Shopify);
    held.auth_type = AuthType::CustomAppToken;
    assert_eq!(
        world.disconnect(&held, true).await,
        Disconnection::LeftToSeller
    );
    assert_eq!(world.providers.requests(), []);
}

#[tokio::test]
async fn an_organisation_goes_and_the_others_stay_until_the_last() {
    let world = World::new();
    let mut held = world.seed(Provider::Xero);
    assert_eq!(world.disconnect(&held, false).await, Disconnection::Done);
    assert!(world.providers.grant(held.seeded.id).unwrap().is_alive);
    assert_eq!(
        world.disconnect(&held, false).await,
        Disconnection::Done,
        "already gone"
    );
    assert_eq!(world.providers.count(Call::XeroRevocation), 0);

    held.details = xero(&held.seeded, 1);
    assert_eq!(world.disconnect(&held, true).await, Disconnection::Done);
    assert!(!world.providers.grant(held.seeded.id).unwrap().is_alive);
    assert_eq!(
        world.disconnect(&held, true).await,
        Disconnection::Done,
        "already gone"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_connection_whose_id_is_not_known_is_looked_up() {
    let world = World::new();
    let mut held = world.seed(Provider::Xero);
    let AccountDetails::Xero(details) = &mut held.details else {
        panic!("details of another marketplace")
    };
    details.connection_id = None;
    assert_eq!(world.disconnect(&held, false).await, Disconnection::Done);
    assert_eq!(world.providers.count(Call::XeroDisconnect), 1);
    assert_eq!(world.disconnect(&held, false).await, Disconnection::Done);
    assert_eq!(
        world.providers.count(Call::XeroDisconnect),
        1,
        "not listed any more"
    );
    world.assert_well_behaved();
}

#[rstest]
#[case(
    Provider::Shopify,
    Call::ShopifyUninstall,
    Fault::Page(503),
    OutcomeClass::Transient
)]
#[case(
    Provider::Shopify,
    Call::ShopifyUninstall,
    Fault::Page(404),
    OutcomeClass::ConfigError
)]
#[case(
    Provider::Shopify,
    Call::ShopifyUninstall,
    Fault::Reset,
    OutcomeClass::Transient
)]
#[case(
    Provider::Xero,
    Call::XeroDisconnect,
    Fault::Page(401),
    OutcomeClass::EdgeBlocked
)]
#[case(
    Provider::Xero,
    Call::XeroDisconnect,
    Fault::AnswerLost,
    OutcomeClass::Transient
)]
#[case(
    Provider::Xero,
    Call::XeroRevocation,
    Fault::AnswerLost,
    OutcomeClass::Transient
)]
#[case(
    Provider::Xero,
    Call::XeroRevocation,
    Fault::Page(500),
    OutcomeClass::Transient
)]
#[case(
    Provider::Xero,
    Call::XeroRevocation,
    Fault::InvalidClient,
    OutcomeClass::AppConfig
)]
#[tokio::test]
async fn trouble_on_the_way_is_no_success_and_it_can_be_done_again(
    #[case] provider: Provider,
    #[case] call: Call,
    #[case] fault: Fault,
    #[case] class: OutcomeClass,
) {
    let world = World::new();
    let held = world.seed(provider);
    world.providers.inject(FaultRule::new(fault).at(call));
    let Disconnection::Failed(outcome) = world.disconnect(&held, true).await else {
        panic!("nobody said that it was done")
    };
    assert_eq!(outcome.class, class);
    world.providers.clear_faults();
    assert_eq!(world.disconnect(&held, true).await, Disconnection::Done);
}

#[tokio::test]
async fn a_token_that_nobody_knows_means_that_it_was_done_before() {
    let world = World::new();
    for provider in [Provider::Shopify, Provider::Xero] {
        let mut held = world.seed(provider);
        held.document = document("shpat_canary_unknown_0123456789", "unknown-0123456789");
        assert_eq!(world.disconnect(&held, true).await, Disconnection::Done);
    }
}
