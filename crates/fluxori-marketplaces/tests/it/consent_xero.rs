use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, ConsentTarget, Marketplace, OutcomeClass, SecretText,
    ports::{CallbackAnswer, ExchangeReport, IdentifyReport},
};
use fluxori_test_support::providers::{Behaviour, Call, Decision, Fault, FaultRule, keys};
use rstest::rstest;

use crate::{
    consents::{Returned, query_of, tokens_of},
    support::World,
};

const XERO: Marketplace = Marketplace::Xero;

fn both() -> Decision {
    Decision::agree().organisations([keys::XERO_TENANT, keys::XERO_OTHER_TENANT])
}

fn agreed(world: &World, decision: &Decision) -> Returned {
    world.agree(XERO, world.target(XERO, &[]), decision)
}

async fn accounts(world: &World, returned: &Returned) -> Vec<String> {
    let grant = world.granted(returned).await;
    match world.identify(returned, &grant.tokens).await {
        IdentifyReport::Accounts(accounts) => accounts
            .into_iter()
            .map(|account| account.id.to_string())
            .collect(),
        IdentifyReport::Unknown(outcome) => panic!("Xero answers: {outcome:?}"),
    }
}

#[tokio::test]
async fn one_consent_connects_several_organisations() {
    let world = World::new();
    let returned = agreed(&world, &both());
    let grant = world.granted(&returned).await;
    let now = world.now();
    let clocks = grant.tokens.clocks;
    assert_eq!(clocks.access_expires_at, Some(now + TimeDelta::minutes(30)));
    assert_eq!(clocks.refresh_expires_at, Some(now + TimeDelta::days(60)));
    assert_eq!(grant.presumed, None);
    let IdentifyReport::Accounts(accounts) = world.identify(&returned, &grant.tokens).await else {
        panic!("Xero answers")
    };
    assert_eq!(accounts.len(), 2);
    for account in accounts {
        let AccountDetails::Xero(details) = account.details else {
            panic!("details of another marketplace")
        };
        assert_eq!(details.tenant_id.unwrap().to_string(), account.id.as_str());
        assert!(details.connection_id.is_some());
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn only_what_this_consent_connected_counts() {
    let world = World::new();
    let first = Decision::agree().organisations([keys::XERO_TENANT]);
    assert_eq!(
        accounts(&world, &agreed(&world, &first)).await,
        [keys::XERO_TENANT]
    );
    let second = Decision::agree().organisations([keys::XERO_OTHER_TENANT]);
    let returned = agreed(&world, &second);
    assert_eq!(accounts(&world, &returned).await, [keys::XERO_OTHER_TENANT]);
}

#[tokio::test]
async fn an_organisation_that_is_renewed_is_found_under_the_consent_that_first_connected_it() {
    let world = World::new();
    let first = Decision::agree().organisations([keys::XERO_TENANT]);
    let returned = agreed(&world, &first);
    let grant = world.granted(&returned).await;
    let IdentifyReport::Accounts(found) = world.identify(&returned, &grant.tokens).await else {
        panic!("Xero answers")
    };
    let target = world.consent_client(XERO).target_of(&found[0].details);
    let other = Decision::agree().organisations([keys::XERO_OTHER_TENANT]);
    let returned = world.agree(XERO, target.unwrap(), &other);
    assert_eq!(
        accounts(&world, &returned).await,
        [keys::XERO_OTHER_TENANT, keys::XERO_TENANT]
    );
}

#[tokio::test]
async fn a_consent_that_connects_nothing_is_an_expected_failure() {
    let world = World::new();
    let returned = agreed(&world, &both());
    let grant = world.granted(&returned).await;
    let (access, _) = tokens_of(&grant.tokens.document);
    world
        .providers
        .script_call(Call::XeroConnections, &access, Behaviour::NoAccounts);
    let report = world.identify(&returned, &grant.tokens).await;
    let IdentifyReport::Unknown(outcome) = report else {
        panic!("nothing was connected: {report:?}")
    };
    assert_eq!(outcome.class, OutcomeClass::ScopeMissing);
}

#[tokio::test]
async fn a_refusal_comes_back_as_one() {
    let world = World::new();
    let back = world.decide(XERO, &ConsentTarget::default(), &Decision::refuse());
    let answer = world
        .consent_client(XERO)
        .read_callback(&query_of(&back), world.now());
    assert!(matches!(answer, Ok(CallbackAnswer::Denied)), "{answer:?}");
    assert!(
        world
            .consent_client(XERO)
            .read_start(&query_of(&back), world.now())
            .is_none()
    );
}

#[tokio::test]
async fn an_application_without_a_secret_proves_itself_by_the_verifier() {
    let world = World::with(
        |_| {},
        |settings| {
            settings.xero.client_id = Some(keys::XERO_PUBLIC_CLIENT_ID.to_owned());
            settings.xero.client_secret = None;
        },
    );
    let returned = agreed(&world, &both());
    assert_eq!(accounts(&world, &returned).await.len(), 2);
    world.assert_well_behaved();
}

#[tokio::test]
async fn the_keys_are_fetched_before_the_code_is_spent_and_once_an_hour() {
    let world = World::new();
    let returned = agreed(&world, &both());
    world
        .providers
        .inject(FaultRule::new(Fault::Page(503)).at(Call::XeroKeys));
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("an id token cannot be checked")
    };
    assert!(outcome.class.is_transient());
    assert_eq!(world.providers.count(Call::XeroToken), 0);

    world.providers.clear_faults();
    world.granted(&returned).await;
    let again = agreed(&world, &both());
    world.granted(&again).await;
    assert_eq!(
        world.providers.count(Call::XeroKeys),
        2,
        "one failed, one remembered"
    );
}

/// Redeems a code whose id token cannot be believed.
async fn doubted(world: &World) {
    let ExchangeReport::Refused(outcome) = world.redeem(&agreed(world, &both())).await else {
        panic!("the id token is signed with a key that nobody published")
    };
    assert_eq!(outcome.class, OutcomeClass::ConfigError);
}

#[tokio::test]
async fn a_new_key_of_xeros_is_fetched_once_and_nobody_notices() {
    let world = World::new();
    world.granted(&agreed(&world, &both())).await;
    world.providers.rotate_xero_key();
    world.providers.publish_xero_key();
    // All at once: they hold the old keys when they see the new one.
    let [one, other, another] = [(); 3].map(|()| agreed(&world, &both()));
    tokio::join!(
        world.granted(&one),
        world.granted(&other),
        world.granted(&another)
    );
    assert_eq!(world.providers.count(Call::XeroKeys), 2);
    world.granted(&agreed(&world, &both())).await;
    assert_eq!(world.providers.count(Call::XeroKeys), 2);
    world.assert_well_behaved();
}

#[tokio::test]
async fn keys_that_nobody_published_do_not_make_us_ask_for_keys_all_the_time() {
    let world = World::new();
    world.providers.rotate_xero_key();
    for _ in 0..5 {
        doubted(&world).await;
    }
    assert_eq!(
        world.providers.count(Call::XeroKeys),
        2,
        "the first time, and once for all the strange ones"
    );
    world.clock.advance(TimeDelta::seconds(29));
    doubted(&world).await;
    assert_eq!(world.providers.count(Call::XeroKeys), 2);

    world.providers.publish_xero_key();
    world.clock.advance(TimeDelta::seconds(1));
    world.granted(&agreed(&world, &both())).await;
    assert_eq!(world.providers.count(Call::XeroKeys), 3);
}

#[tokio::test]
async fn without_openid_nobody_asks_for_keys() {
    let world = World::with(
        |_| {},
        |settings| settings.xero.scopes = keys::XERO_SEED_SCOPES.parse().unwrap(),
    );
    let returned = agreed(&world, &both());
    world.granted(&returned).await;
    assert_eq!(world.providers.count(Call::XeroKeys), 0);
}

#[rstest]
#[case(Fault::AnswerLost, OutcomeClass::Transient)]
#[case(Fault::PageAfter(200), OutcomeClass::EdgeBlocked)]
#[case(Fault::HalfBody, OutcomeClass::Transient)]
#[case(Fault::InvalidClient, OutcomeClass::AppConfig)]
#[tokio::test]
async fn a_code_is_shown_once_whatever_happens(#[case] fault: Fault, #[case] class: OutcomeClass) {
    let world = World::new();
    let returned = agreed(&world, &both());
    world
        .providers
        .inject(FaultRule::new(fault).at(Call::XeroToken));
    let ExchangeReport::Refused(outcome) = world.redeem(&returned).await else {
        panic!("no tokens came")
    };
    assert_eq!(outcome.class, class);
    assert_eq!(world.providers.count(Call::XeroToken), 1);
}

#[tokio::test]
async fn a_wrong_present_secret_falls_back_to_the_previous_one() {
    let world = World::with(
        |_| {},
        |settings| {
            settings.xero.client_secret = Some(SecretText::copy_of("canary-wrong"));
            settings.xero.client_secret_previous =
                Some(SecretText::copy_of(keys::XERO_CLIENT_SECRET));
        },
    );
    let returned = agreed(&world, &both());
    world.granted(&returned).await;
    assert_eq!(world.providers.count(Call::XeroToken), 2);
}

/// Somebody with other scopes set, at the same marketplaces.
fn with_scopes(world: &World, scopes: &str) -> World {
    let endpoints = world.providers.endpoints().clone();
    World::with(
        |_| {},
        |settings| {
            settings.xero = crate::support::settings(&endpoints).xero;
            settings.xero.scopes = scopes.parse().unwrap();
        },
    )
}

#[rstest]
#[case::no_refresh_token("accounting.settings.read", keys::XERO_SEED_SCOPES)]
#[case::no_id_token(keys::XERO_SEED_SCOPES, keys::XERO_SCOPES)]
#[tokio::test]
async fn tokens_without_what_was_asked_for_are_not_taken(
    #[case] granted: &str,
    #[case] wanted: &str,
) {
    let world = World::new();
    let returned = agreed(&with_scopes(&world, granted), &both());
    let ExchangeReport::Refused(outcome) = with_scopes(&world, wanted).redeem(&returned).await
    else {
        panic!("half of it is missing")
    };
    assert_eq!(outcome.class, OutcomeClass::ScopeMissing);
}
