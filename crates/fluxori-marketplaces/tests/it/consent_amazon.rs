use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, ConsentTarget, Marketplace, OutcomeClass,
    ports::{ExchangeReport, IdentifyReport},
};
use fluxori_test_support::providers::{Behaviour, Call, Decision, Fault, FaultRule, keys};
use rstest::rstest;

use crate::{
    consents::{query_of, redirect_uri, tokens_of},
    support::World,
};

const AMAZON: Marketplace = Marketplace::Amazon;

fn south_africa(world: &World) -> ConsentTarget {
    world.target(AMAZON, &[("region", "eu"), ("country", "ZA")])
}

#[tokio::test]
async fn a_consent_ends_in_tokens_for_a_year_and_a_known_seller() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    assert_eq!(
        returned.claims["selling_partner_id"],
        keys::AMAZON_SELLING_PARTNER_ID
    );
    let grant = world.granted(&returned).await;
    let now = world.now();
    let clocks = grant.tokens.clocks;
    assert_eq!(clocks.access_expires_at, Some(now + TimeDelta::hours(1)));
    assert_eq!(clocks.refresh_expires_at, None);
    assert_eq!(
        clocks.authorisation_expires_at,
        Some(now + TimeDelta::days(365))
    );
    let presumed = grant.presumed.unwrap();
    assert_eq!(presumed.id.as_str(), "eu:A1SIMULATED001");

    let report = world.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Accounts(accounts) = report else {
        panic!("Amazon answers: {report:?}")
    };
    assert_eq!(accounts[0].id, presumed.id);
    let AccountDetails::Amazon(details) = &accounts[0].details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.countries, ["ZA", "AE"]);
    assert_eq!(world.providers.count(Call::AmazonToken), 1, "bought once");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_code_is_good_for_one_use() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    world.granted(&returned).await;
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("the code was used")
    };
    assert_eq!(outcome.class, OutcomeClass::ReauthRequired);
}

#[rstest]
#[case(Fault::AnswerLost, OutcomeClass::Transient)]
#[case(Fault::HalfBody, OutcomeClass::Transient)]
#[case(Fault::Page(503), OutcomeClass::EdgeBlocked)]
#[case(Fault::Throttled, OutcomeClass::Throttled)]
#[case(Fault::InvalidClient, OutcomeClass::AppConfig)]
#[tokio::test]
async fn a_code_is_shown_once_whatever_happens(#[case] fault: Fault, #[case] class: OutcomeClass) {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    world
        .providers
        .inject(FaultRule::new(fault).at(Call::AmazonToken));
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("no tokens came")
    };
    assert_eq!(outcome.class, class);
    assert_eq!(world.providers.count(Call::AmazonToken), 1);
}

#[tokio::test]
async fn a_seller_who_cannot_be_asked_for_is_still_presumed() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    let grant = world.granted(&returned).await;
    world
        .providers
        .inject(FaultRule::new(Fault::Page(503)).at(Call::AmazonParticipations));
    let report = world.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Unknown(outcome) = report else {
        panic!("Amazon did not answer")
    };
    assert!(outcome.class.is_transient());
    world.providers.clear_faults();
    let report = world.identify(&returned, &grant.tokens).await;
    assert!(matches!(report, IdentifyReport::Accounts(_)), "asked again");
}

#[tokio::test]
async fn a_start_in_the_appstore_leads_back_there_and_on_to_us() {
    let world = World::new();
    let origin = &world.providers.endpoints().amazon_seller_central_url;
    let store = origin.replace("/sellercentral", "/appstore");
    // The page of the Appstore is a form like the others; what it sends us is read here as it stands in its address.
    let confirm = format!(
        "{origin}/apps/authorize/confirm/{}",
        keys::AMAZON_APPLICATION_ID
    );
    let start = format!(
        "{store}?amazon_callback_uri={confirm}&amazon_state=s.1&selling_partner_id={}&version=beta",
        keys::AMAZON_OTHER_SELLING_PARTNER_ID
    );
    let client = world.consent_client(AMAZON);
    let mut fields = client
        .read_start(&query_of(&start), world.now())
        .unwrap()
        .unwrap();
    assert!(
        !fields.contains_key("region"),
        "one address for all regions"
    );
    fields.insert("region".to_owned(), "fe".to_owned());
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let target = world.target(AMAZON, &fields);
    let url = client.consent_url(fluxori_domain::ports::ConsentRequest {
        target: &target,
        state: "st-1",
        verifier: &crate::consents::verifier(),
        redirect_uri: &redirect_uri(AMAZON),
    });
    assert!(
        url.starts_with(&format!("{confirm}?redirect_uri=")),
        "{url}"
    );
    assert!(
        url.ends_with("&amazon_state=s.1&state=st-1&version=beta"),
        "{url}"
    );
}

#[tokio::test]
async fn a_known_access_token_is_tested_without_buying_another() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    let grant = world.granted(&returned).await;
    let account = grant.presumed.unwrap();
    let test = async |is_fresh| {
        let subject = fluxori_domain::ports::TestSubject {
            auth_type: fluxori_domain::AuthType::OAuth,
            document: &grant.tokens.document,
            details: &account.details,
            is_fresh,
        };
        world.client(AMAZON).test(subject).await
    };
    let report = test(false).await;
    assert_eq!(report.outcome.class, OutcomeClass::Ok);
    assert!(report.renewal.is_none());
    assert_eq!(world.providers.count(Call::AmazonToken), 1, "only the code");

    // Past the hour of the token Amazon refuses it: a fresher one might do, unless this one is said to be fresh.
    world.clock.advance(TimeDelta::minutes(61));
    let report = test(false).await;
    assert_eq!(report.outcome.class, OutcomeClass::ReauthRequired);
    assert!(report.stale_token);
    assert!(!test(true).await.stale_token);
    world.assert_well_behaved();
}

#[tokio::test]
async fn amazon_is_asked_no_more_than_once_a_minute_for_a_token_that_nothing_else_proves() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    let grant = world.granted(&returned).await;
    let account = grant.presumed.unwrap();
    let asked = async |is_fresh| {
        let subject = fluxori_domain::ports::TestSubject {
            auth_type: fluxori_domain::AuthType::OAuth,
            document: &grant.tokens.document,
            details: &account.details,
            is_fresh,
        };
        let report = world.client(AMAZON).test(subject).await;
        assert_eq!(report.outcome.class, OutcomeClass::Ok);
        world.providers.count(Call::AmazonParticipations)
    };
    assert_eq!(asked(false).await, 1);
    assert_eq!(asked(false).await, 1);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(asked(true).await, 1, "a refresh has just proved the grant");
    assert_eq!(asked(false).await, 2);
}

#[tokio::test]
async fn a_role_that_is_missing_is_a_verdict_on_a_known_seller() {
    let world = World::new();
    let returned = world.agree(AMAZON, south_africa(&world), &Decision::agree());
    let grant = world.granted(&returned).await;
    let (access, _) = tokens_of(&grant.tokens.document);
    world
        .providers
        .script_call(Call::AmazonParticipations, &access, Behaviour::WrongScope);
    let report = world.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Unknown(outcome) = report else {
        panic!("the role is missing: {report:?}")
    };
    assert_eq!(outcome.class, OutcomeClass::ScopeMissing);
}
