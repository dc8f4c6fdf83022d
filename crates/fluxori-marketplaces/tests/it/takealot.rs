use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, Marketplace, Outcome, OutcomeClass, TakealotDetails, TakealotSurface,
};
use fluxori_test_support::providers::{Behaviour, Call, Reply, keys};
use rstest::rstest;

use crate::support::{World, takealot, takealot_seller};

const TAKEALOT: Marketplace = Marketplace::Takealot;

#[tokio::test]
async fn a_good_key_names_its_seller() {
    let world = World::new();
    let report = world.test(TAKEALOT, &takealot(keys::TAKEALOT_GOOD)).await;
    assert_eq!(report.outcome, OutcomeClass::Ok.into());
    let account = report.account.unwrap();
    assert_eq!(account.id.as_str(), "29831337");
    assert_eq!(account.name.as_deref(), Some("Simulated Trading"));
    assert_eq!(
        account.details,
        AccountDetails::Takealot(TakealotDetails {
            api_surface: TakealotSurface::Marketplace,
            seller_id: Some(29_831_337),
            countries: vec!["ZA".to_owned()],
        })
    );
    assert!(report.renewal.is_none() && report.choices.is_empty());
    assert!(!report.latency.is_zero());
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_terse_answer_is_enough() {
    let world = World::new();
    world
        .providers
        .script(keys::TAKEALOT_GOOD, Behaviour::GoodAndTerse);
    let report = world.test(TAKEALOT, &takealot(keys::TAKEALOT_GOOD)).await;
    assert_eq!(report.account.unwrap().name, None);
}

#[tokio::test]
async fn the_older_interface_says_that_a_key_works_but_not_whose_it_is() {
    let world = World::new();
    let report = world
        .test(TAKEALOT, &takealot_seller(keys::TAKEALOT_GOOD))
        .await;
    assert_eq!(report.outcome.class, OutcomeClass::Ok);
    assert!(report.account.is_none() && report.choices.is_empty());
    let rate = report.rate.unwrap();
    assert_eq!((rate.limit, rate.remaining), (Some(100), 99));
    assert_eq!(rate.resets_at, Some(world.now() + TimeDelta::seconds(30)));
    assert_eq!(world.providers.count(Call::TakealotOffersCount), 1);
    world.assert_well_behaved();
}

#[rstest]
#[case::refused(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::json_401(
    Behaviour::Reply(Reply::json(401, r#"{"message":"Unauthorized"}"#)),
    OutcomeClass::ReauthRequired
)]
#[case::page_503(Behaviour::Page(503), OutcomeClass::EdgeBlocked)]
#[case::unprocessable(Behaviour::Error(422), OutcomeClass::ConfigError)]
#[case::bad_request(Behaviour::Error(400), OutcomeClass::ConfigError)]
#[tokio::test]
async fn an_answer_has_its_class_on_both_interfaces(
    #[case] behaviour: Behaviour,
    #[case] expected: OutcomeClass,
) {
    let world = World::new();
    world.providers.script(keys::TAKEALOT_GOOD, behaviour);
    for fields in [
        takealot(keys::TAKEALOT_GOOD),
        takealot_seller(keys::TAKEALOT_GOOD),
    ] {
        let report = world.test(TAKEALOT, &fields).await;
        assert_eq!(report.outcome.class, expected, "{fields:?}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_refused() {
    let world = World::new();
    let report = world
        .test(TAKEALOT, &takealot(keys::TAKEALOT_REFUSED))
        .await;
    assert_eq!(report.outcome.class, OutcomeClass::ReauthRequired);
    let report = world.test(TAKEALOT, &takealot(&"0".repeat(128))).await;
    assert_eq!(report.outcome.class, OutcomeClass::ReauthRequired);
}

#[rstest]
#[case::said(Behaviour::Throttled, 17)]
#[case::unsaid(Behaviour::ThrottledSilently, 60)]
#[tokio::test]
async fn a_throttled_key_waits(#[case] behaviour: Behaviour, #[case] seconds: i64) {
    let world = World::new();
    world.providers.script(keys::TAKEALOT_THROTTLED, behaviour);
    let report = world
        .test(TAKEALOT, &takealot(keys::TAKEALOT_THROTTLED))
        .await;
    let until = world.now() + TimeDelta::seconds(seconds);
    assert_eq!(report.outcome, Outcome::throttled(until));
}
