use chrono::TimeDelta;
use fluxori_domain::{
    AccountDetails, CredentialDocument, Marketplace, Outcome, OutcomeClass, SecretText,
    ports::TestReport,
};
use fluxori_test_support::providers::{Behaviour, Call, Reply, keys};
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::support::{World, amazon};

const AMAZON: Marketplace = Marketplace::Amazon;

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: the test compares simulated tokens"
)]
fn tokens(report: &TestReport) -> (String, String) {
    let CredentialDocument::Tokens {
        access_token: Some(access),
        refresh_token: Some(refresh),
    } = &report.renewal.as_ref().unwrap().document
    else {
        panic!("a renewal holds both tokens")
    };
    (
        access.expose_secret().to_owned(),
        refresh.expose_secret().to_owned(),
    )
}

#[tokio::test]
async fn a_good_grant_buys_a_token_and_names_its_marketplaces() {
    let world = World::new();
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome, OutcomeClass::Ok.into());
    let (access, refresh) = tokens(&report);
    assert!(access.starts_with("Atza|"), "the pipe survives");
    assert_eq!(refresh, keys::AMAZON_GOOD);
    let expiry = report.renewal.unwrap().clocks.access_expires_at;
    assert_eq!(expiry, Some(world.now() + TimeDelta::seconds(3600)));

    let account = report.account.unwrap();
    assert_eq!(account.id.as_str(), "eu:A1SIMULATED001");
    assert_eq!(account.name.as_deref(), Some("Simulated Store"));
    let AccountDetails::Amazon(details) = account.details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.marketplace_ids, ["AE08WJ6YKNBMC", "A2VIGQ35RCS4UG"]);
    assert_eq!(details.countries, ["ZA", "AE"]);
    world.assert_well_behaved();
}

#[rstest]
#[case("na", "US")]
#[case("eu", "ZA")]
#[case("fe", "AU")]
#[tokio::test]
async fn each_region_has_its_own_address(#[case] region: &str, #[case] country: &str) {
    let world = World::new();
    let mut fields = amazon(keys::AMAZON_GOOD);
    fields[1].1 = region;
    let report = world.test(AMAZON, &fields).await;
    let AccountDetails::Amazon(details) = report.account.unwrap().details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.countries[0], country);
    let requests = world.providers.requests();
    assert!(requests[1].path.starts_with(&format!("/amazon/{region}/")));
}

#[tokio::test]
async fn marketplaces_are_asked_for_once_an_hour_and_the_grant_each_time() {
    let world = World::new();
    let calls = || {
        let count = |call| world.providers.count(call);
        (count(Call::AmazonToken), count(Call::AmazonParticipations))
    };
    let first = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    world.clock.advance(TimeDelta::minutes(59));
    let second = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(second.account, first.account);
    assert!(!second.latency.is_zero(), "the token call counts");
    assert_eq!(calls(), (2, 1));
    world.clock.advance(TimeDelta::minutes(1));
    world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(calls(), (3, 2));
}

#[tokio::test]
async fn a_bad_answer_is_not_remembered() {
    let world = World::new();
    world.providers.script_call(
        Call::AmazonParticipations,
        keys::AMAZON_GOOD,
        Behaviour::WrongScope,
    );
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, OutcomeClass::ScopeMissing);
    world.providers.script_call(
        Call::AmazonParticipations,
        keys::AMAZON_GOOD,
        Behaviour::Good,
    );
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, OutcomeClass::Ok);
}

#[tokio::test]
async fn a_terse_token_answer_keeps_the_refresh_token_and_assumes_an_hour() {
    let world = World::new();
    world
        .providers
        .script(keys::AMAZON_GOOD, Behaviour::GoodAndTerse);
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(tokens(&report).1, keys::AMAZON_GOOD);
    let expiry = report.renewal.unwrap().clocks.access_expires_at;
    assert_eq!(expiry, Some(world.now() + TimeDelta::hours(1)));
    let account = report.account.unwrap();
    assert_eq!(account.name, None);
}

#[rstest]
#[case::role_missing(Behaviour::WrongScope, OutcomeClass::ScopeMissing)]
#[case::token_refused(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::malformed(
    Behaviour::Reply(Reply::json(400, r#"{"errors":[{"code":"InvalidInput","message":"m"}]}"#)),
    OutcomeClass::Bug
)]
#[case::our_secret_expired(
    Behaviour::Reply(Reply::json(
        403,
        r#"{"errors":[{"code":"Unauthorized","message":"m","details":"The LWA secret token you provided has expired."}]}"#
    )),
    OutcomeClass::AppConfig
)]
#[case::page_503(Behaviour::Page(503), OutcomeClass::EdgeBlocked)]
#[tokio::test]
async fn bought_tokens_are_handed_over_whatever_the_second_answer(
    #[case] behaviour: Behaviour,
    #[case] expected: OutcomeClass,
) {
    let world = World::new();
    world
        .providers
        .script_call(Call::AmazonParticipations, keys::AMAZON_GOOD, behaviour);
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, expected);
    assert_eq!(tokens(&report).1, keys::AMAZON_GOOD);
    assert_eq!(report.account, None);
    world.assert_well_behaved();
}

#[rstest]
#[case("invalid_grant", 400, OutcomeClass::ReauthRequired)]
#[case("access_denied", 403, OutcomeClass::ReauthRequired)]
#[case("unauthorized_client", 400, OutcomeClass::AppConfig)]
#[case("invalid_request", 400, OutcomeClass::Bug)]
#[tokio::test]
async fn a_refused_grant_ends_the_test(
    #[case] error: &str,
    #[case] status: u16,
    #[case] expected: OutcomeClass,
) {
    let world = World::new();
    let reply = Reply::json(status, format!(r#"{{"error":"{error}"}}"#));
    world.providers.script_call(
        Call::AmazonToken,
        keys::AMAZON_GOOD,
        Behaviour::Reply(reply),
    );
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, expected);
    assert!(report.renewal.is_none());
    assert_eq!(world.providers.count(Call::AmazonParticipations), 0);
}

#[tokio::test]
async fn a_withdrawn_authorisation_needs_the_seller() {
    let world = World::new();
    let report = world.test(AMAZON, &amazon(keys::AMAZON_REFUSED)).await;
    assert_eq!(report.outcome.class, OutcomeClass::ReauthRequired);
    world.assert_well_behaved();
}

#[rstest]
#[case::rate_said(Behaviour::Throttled, 62_500)]
#[case::rate_unsaid(Behaviour::ThrottledSilently, 60_000)]
#[tokio::test]
async fn a_throttled_grant_waits_as_long_as_its_plan(
    #[case] behaviour: Behaviour,
    #[case] milliseconds: i64,
) {
    let world = World::new();
    world.providers.script_call(
        Call::AmazonParticipations,
        keys::AMAZON_THROTTLED,
        behaviour,
    );
    let report = world.test(AMAZON, &amazon(keys::AMAZON_THROTTLED)).await;
    let until = world.now() + TimeDelta::milliseconds(milliseconds);
    assert_eq!(report.outcome, Outcome::throttled(until));
}

#[tokio::test]
async fn the_token_endpoint_throttles_too() {
    let world = World::new();
    world
        .providers
        .script(keys::AMAZON_THROTTLED, Behaviour::ThrottledSilently);
    let report = world.test(AMAZON, &amazon(keys::AMAZON_THROTTLED)).await;
    assert_eq!(report.outcome.class, OutcomeClass::Throttled);
    assert_eq!(world.providers.count(Call::AmazonParticipations), 0);
}

#[rstest]
#[case::previous_works(
    "wrong",
    Some(keys::AMAZON_CLIENT_SECRET_PREVIOUS),
    OutcomeClass::Ok,
    2
)]
#[case::both_wrong("wrong", Some("wrong-too"), OutcomeClass::AppConfig, 2)]
#[case::no_previous("wrong", None, OutcomeClass::AppConfig, 1)]
#[case::previous_not_needed(keys::AMAZON_CLIENT_SECRET, Some("wrong"), OutcomeClass::Ok, 1)]
#[tokio::test]
async fn the_previous_client_secret_is_tried_once(
    #[case] current: &str,
    #[case] previous: Option<&str>,
    #[case] expected: OutcomeClass,
    #[case] token_calls: usize,
) {
    let world = World::with(
        |_| {},
        |settings| {
            settings.amazon.client_secret = Some(SecretText::copy_of(current));
            settings.amazon.client_secret_previous = previous.map(SecretText::copy_of);
        },
    );
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, expected);
    assert_eq!(world.providers.count(Call::AmazonToken), token_calls);
}

#[tokio::test]
async fn without_an_application_nothing_is_called() {
    let world = World::with(|_| {}, |settings| settings.amazon.client_secret = None);
    let descriptor = world.client(AMAZON).descriptor();
    for kind in descriptor.auth_kinds {
        assert_eq!(kind.missing_settings, ["AMAZON_CLIENT_SECRET"]);
    }
    let report = world.test(AMAZON, &amazon(keys::AMAZON_GOOD)).await;
    assert_eq!(report.outcome.class, OutcomeClass::AppConfig);
    assert_eq!(world.providers.requests(), []);
}
