use std::time::Duration;

use chrono::TimeDelta;
use fluxori_domain::{
    AuthType, Clocks, Marketplace, OutcomeClass, SecretText,
    ports::{Admission, RefreshReport, RefreshSubject, TestSubject},
};
use fluxori_test_support::providers::{
    Behaviour, Call, Fault, FaultRule, Provider, Reply, Seed, TokenState, keys,
};
use rstest::rstest;

use crate::{
    consents::tokens_of,
    grants::document,
    support::{World, takealot},
};

const fn call(provider: Provider) -> Call {
    match provider {
        Provider::Amazon => Call::AmazonToken,
        Provider::Shopify => Call::ShopifyToken,
        Provider::Xero => Call::XeroToken,
    }
}

#[rstest]
#[case(Provider::Amazon, 3600, None)]
#[case(Provider::Shopify, 3600, Some(90))]
#[case(Provider::Xero, 1800, Some(60))]
#[tokio::test]
async fn a_refresh_gives_new_tokens_and_carries_over_what_it_does_not_change(
    #[case] provider: Provider,
    #[case] seconds: i64,
    #[case] days: Option<i64>,
) {
    let world = World::new();
    let mut held = world.seed(provider);
    let year = world.now() + TimeDelta::days(200);
    held.clocks = Clocks {
        authorisation_expires_at: Some(year),
        ..Clocks::default()
    };
    let renewal = world.renewed(&held).await;
    let now = world.now();
    assert_eq!(
        renewal.clocks,
        Clocks {
            access_expires_at: Some(now + TimeDelta::seconds(seconds)),
            refresh_expires_at: days.map(|days| now + TimeDelta::days(days)),
            authorisation_expires_at: Some(year),
        }
    );
    let (access, refresh) = tokens_of(&renewal.document);
    assert_ne!(access, held.seeded.access_token);
    assert_eq!(
        refresh == held.seeded.refresh_token,
        provider == Provider::Amazon
    );
    assert_eq!(world.providers.token_state(&refresh), TokenState::Current);
    world.assert_well_behaved();
}

#[rstest]
#[case(Fault::AnswerLost, OutcomeClass::Transient)]
#[case(Fault::Reset, OutcomeClass::Transient)]
#[case(Fault::HalfBody, OutcomeClass::Transient)]
#[case(Fault::PageAfter(200), OutcomeClass::EdgeBlocked)]
#[case(Fault::Page(401), OutcomeClass::EdgeBlocked)]
#[case(Fault::Page(404), OutcomeClass::EdgeBlocked)]
#[case(Fault::Page(500), OutcomeClass::Transient)]
#[case(Fault::Page(520), OutcomeClass::Transient)]
#[case(Fault::Throttled, OutcomeClass::Throttled)]
#[case(Fault::InvalidClient, OutcomeClass::AppConfig)]
#[tokio::test]
async fn trouble_is_no_verdict_and_the_same_token_does_it_afterwards(
    #[case] fault: Fault,
    #[case] class: OutcomeClass,
    #[values(Provider::Amazon, Provider::Shopify, Provider::Xero)] provider: Provider,
) {
    let world = World::new();
    let held = world.seed(provider);
    world
        .providers
        .inject(FaultRule::new(fault).at(call(provider)));
    let RefreshReport::Refused(outcome) = world.refresh(&held).await else {
        panic!("no tokens came")
    };
    // At Amazon and Xero a token endpoint that is not there is a wrong setting.
    let is_missing = fault == Fault::Page(404) && provider != Provider::Shopify;
    let class = if is_missing {
        OutcomeClass::ConfigError
    } else {
        class
    };
    assert_eq!(outcome.class, class);
    assert_eq!(
        world.providers.count(call(provider)),
        1,
        "no retry of our own"
    );
    world.providers.clear_faults();
    world.renewed(&held).await;
}

#[rstest]
#[tokio::test]
async fn a_revoked_grant_needs_the_seller(
    #[values(Provider::Amazon, Provider::Shopify, Provider::Xero)] provider: Provider,
) {
    let world = World::new();
    let held = world.seed(provider);
    world.providers.revoke_grant(held.seeded.id);
    let RefreshReport::Refused(outcome) = world.refresh(&held).await else {
        panic!("the grant is dead")
    };
    assert_eq!(outcome.class, OutcomeClass::ReauthRequired);
    world.assert_well_behaved();
}

#[rstest]
#[tokio::test]
async fn a_refused_secret_is_nobodys_fault_and_the_previous_one_is_tried_once(
    #[values(Provider::Amazon, Provider::Shopify, Provider::Xero)] provider: Provider,
    #[values(true, false)] previous_works: bool,
) {
    let world = World::with(
        |_| {},
        |settings| {
            let previous = |provider| Some(SecretText::copy_of(keys::client_secrets(provider)[1]));
            settings.amazon.client_secret_previous = previous(Provider::Amazon);
            settings.shopify.client_secret_previous = previous(Provider::Shopify);
            settings.xero.client_secret_previous = previous(Provider::Xero);
        },
    );
    let held = world.seed(provider);
    let [present, previous] = keys::client_secrets(provider);
    world.providers.refuse_client_secret(present, true);
    world
        .providers
        .refuse_client_secret(previous, !previous_works);
    let report = world.refresh(&held).await;
    match report {
        RefreshReport::Renewed(_) => assert!(previous_works),
        RefreshReport::Refused(outcome) => {
            assert!(!previous_works);
            assert_eq!(outcome.class, OutcomeClass::AppConfig);
        }
    }
    assert_eq!(world.providers.count(call(provider)), 2);
}

#[rstest]
#[tokio::test]
async fn without_an_application_nothing_is_called_and_no_seller_is_blamed(
    #[values(Provider::Amazon, Provider::Shopify, Provider::Xero)] provider: Provider,
) {
    let world = World::with(
        |_| {},
        |settings| {
            settings.amazon.client_id = None;
            settings.shopify.client_id = None;
            settings.xero.client_id = None;
        },
    );
    let held = world.seed(provider);
    let RefreshReport::Refused(outcome) = world.refresh(&held).await else {
        panic!("there is nobody to ask as")
    };
    assert_eq!(outcome.class, OutcomeClass::AppConfig);
    assert_eq!(world.providers.requests(), []);
}

#[tokio::test]
async fn a_shopify_token_that_never_expires_is_exchanged_for_a_pair_that_does() {
    let world = World::new();
    let seed = Seed::new(Provider::Shopify, keys::SHOPIFY_SHOP).without_expiry();
    let held = world.hold(seed);
    assert_eq!(held.seeded.refresh_token, "");
    let renewal = world.renewed(&held).await;
    let (access, refresh) = tokens_of(&renewal.document);
    assert_ne!(access, held.seeded.access_token);
    assert_eq!(world.providers.token_state(&refresh), TokenState::Current);
    let dies = renewal.clocks.refresh_expires_at;
    assert_eq!(dies, Some(world.now() + TimeDelta::days(90)));
    world.assert_well_behaved();
}

#[tokio::test]
async fn only_what_can_be_refreshed_is_said_to_be() {
    let world = World::new();
    for (marketplace, auth_type, access, refresh, expected) in [
        (Marketplace::Amazon, AuthType::SelfAuthorised, "", "r", true),
        (Marketplace::Amazon, AuthType::OAuth, "a", "", false),
        (Marketplace::Shopify, AuthType::OAuth, "a", "r", true),
        (Marketplace::Shopify, AuthType::OAuth, "a", "", true),
        (
            Marketplace::Shopify,
            AuthType::CustomAppToken,
            "a",
            "",
            false,
        ),
        (Marketplace::Xero, AuthType::OAuth, "a", "r", true),
        (Marketplace::Xero, AuthType::OAuth, "a", "", false),
        (Marketplace::Takealot, AuthType::OAuth, "a", "r", false),
    ] {
        let client = world.client(marketplace);
        let document = document(access, refresh);
        assert_eq!(
            client.is_refreshable(auth_type, &document),
            expected,
            "{marketplace} {auth_type} {access} {refresh}"
        );
    }
    let takealot = world.parse(Marketplace::Takealot, &takealot(keys::TAKEALOT_GOOD));
    let takealot = takealot.unwrap();
    let report = world
        .client(Marketplace::Takealot)
        .refresh(RefreshSubject {
            auth_type: AuthType::ApiKey,
            document: &takealot.document,
            details: &takealot.details,
            clocks: takealot.clocks,
            admission: Admission::default(),
        })
        .await;
    assert!(matches!(report, RefreshReport::Refused(_)));
    assert_eq!(world.providers.requests(), []);
}

#[tokio::test]
async fn refresh_tokens_that_die_unused_are_kept_alive() {
    let world = World::new();
    let days = |marketplace| world.client(marketplace).keep_alive_before();
    assert_eq!(days(Marketplace::Takealot), None);
    assert_eq!(days(Marketplace::Amazon), None);
    let day = Duration::from_hours(24);
    assert_eq!(days(Marketplace::Shopify), Some(day * 45));
    assert_eq!(days(Marketplace::Xero), Some(day * 30));
}

#[tokio::test]
async fn an_obsolete_kind_of_token_is_stale_where_it_can_be_exchanged() {
    let world = World::new();
    let seed = Seed::new(Provider::Shopify, keys::SHOPIFY_SHOP).without_expiry();
    let held = world.hold(seed);
    let token = &held.seeded.access_token;
    let reply = Reply::json(
        403,
        r#"{"errors":"[API] Non-expiring access tokens are no longer accepted for the Admin API."}"#,
    );
    let obsolete = Behaviour::Reply(reply);
    world
        .providers
        .script_call(Call::ShopifyGraphql, token, obsolete);
    for (auth_type, stale) in [(AuthType::OAuth, true), (AuthType::CustomAppToken, false)] {
        let subject = TestSubject {
            auth_type,
            document: &held.document,
            details: &held.details,
            is_fresh: false,
        };
        let report = world.client(Marketplace::Shopify).test(subject).await;
        assert_eq!(report.outcome.class, OutcomeClass::TokenKindObsolete);
        assert_eq!(report.stale_token, stale, "{auth_type}");
    }
}
