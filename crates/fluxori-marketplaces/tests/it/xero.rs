use chrono::{DateTime, TimeDelta};
use fluxori_domain::{AccountDetails, Marketplace, Outcome, OutcomeClass};
use fluxori_test_support::providers::{Behaviour, Reply, keys};
use rstest::rstest;

use crate::support::{World, xero};

const XERO: Marketplace = Marketplace::Xero;

fn with_tenant<'a>(token: &'a str, tenant: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = xero(token);
    fields.push(("tenantId", tenant));
    fields
}

#[tokio::test]
async fn a_token_for_one_organisation_names_it() {
    let world = World::new();
    let report = world.test(XERO, &xero(keys::XERO_GOOD)).await;
    assert_eq!(report.outcome, OutcomeClass::Ok.into());
    let account = report.account.unwrap();
    assert_eq!(account.id.as_str(), keys::XERO_TENANT);
    assert_eq!(account.name.as_deref(), Some("Simulated Books"));
    let AccountDetails::Xero(details) = account.details else {
        panic!("details of another marketplace")
    };
    assert_eq!(details.tenant_id.unwrap().to_string(), keys::XERO_TENANT);
    assert!(details.connection_id.is_some());
    assert_eq!(details.tenant_type.as_deref(), Some("ORGANISATION"));
    assert_eq!(report.rate.unwrap().remaining, 59);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_token_for_several_organisations_offers_them() {
    let world = World::new();
    let report = world.test(XERO, &xero(keys::XERO_SEVERAL)).await;
    assert_eq!(report.outcome.class, OutcomeClass::Ok);
    assert_eq!(report.account, None);
    let ids: Vec<_> = report
        .choices
        .iter()
        .map(|choice| choice.id.as_str())
        .collect();
    assert_eq!(ids, [keys::XERO_TENANT, keys::XERO_OTHER_TENANT]);
    assert_eq!(report.choices[1].name.as_deref(), Some("Simulated Branch"));

    let chosen = with_tenant(keys::XERO_SEVERAL, &report.choices[1].id);
    let report = world.test(XERO, &chosen).await;
    assert_eq!(report.account.unwrap().id.as_str(), keys::XERO_OTHER_TENANT);
    assert!(report.choices.is_empty());
    world.assert_well_behaved();
}

#[rstest]
#[case::none_left(Behaviour::NoAccounts, keys::XERO_TENANT)]
#[case::ours_is_gone(Behaviour::Good, keys::XERO_OTHER_TENANT)]
#[tokio::test]
async fn an_organisation_that_is_not_listed_was_disconnected(
    #[case] behaviour: Behaviour,
    #[case] tenant: &str,
) {
    let world = World::new();
    world.providers.script(keys::XERO_GOOD, behaviour);
    let report = world
        .test(XERO, &with_tenant(keys::XERO_GOOD, tenant))
        .await;
    assert_eq!(report.outcome.class, OutcomeClass::TenantDisconnected);
    assert_eq!(report.account, None);
}

#[rstest]
#[case::terse(Behaviour::GoodAndTerse, OutcomeClass::Ok)]
#[case::expired(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::other_casing(
    Behaviour::Reply(Reply::json(
        401,
        r#"{"Title":"Unauthorized","Status":401,"Detail":"AuthenticationUnsuccessful"}"#
    )),
    OutcomeClass::ReauthRequired
)]
#[case::scope(Behaviour::WrongScope, OutcomeClass::ScopeMissing)]
#[case::inactive(Behaviour::Suspended, OutcomeClass::TenantDisconnected)]
#[case::none(Behaviour::NoAccounts, OutcomeClass::TenantDisconnected)]
#[case::maintenance(Behaviour::Page(503), OutcomeClass::Transient)]
#[tokio::test]
async fn an_answer_has_its_class(#[case] behaviour: Behaviour, #[case] expected: OutcomeClass) {
    let world = World::new();
    world.providers.script(keys::XERO_GOOD, behaviour);
    let report = world.test(XERO, &xero(keys::XERO_GOOD)).await;
    assert_eq!(report.outcome.class, expected);
    world.assert_well_behaved();
}

#[rstest]
#[case::said(Behaviour::Throttled, 23)]
#[case::unsaid(Behaviour::ThrottledSilently, 60)]
#[case::for_the_day(
    Behaviour::Reply(Reply::json(429, "{}").with("X-Rate-Limit-Problem", "day").with("Retry-After", "40000")),
    40_000
)]
#[case::for_a_minute_that_is_none(
    Behaviour::Reply(Reply::json(429, "{}").with("X-Rate-Limit-Problem", "minute").with("Retry-After", "40000")),
    3600
)]
#[tokio::test]
async fn a_throttled_token_waits(#[case] behaviour: Behaviour, #[case] seconds: i64) {
    let world = World::new();
    world.providers.script(keys::XERO_THROTTLED, behaviour);
    let report = world.test(XERO, &xero(keys::XERO_THROTTLED)).await;
    let until = world.now() + TimeDelta::seconds(seconds);
    assert_eq!(report.outcome, Outcome::throttled(until));
}

#[tokio::test]
async fn the_clocks_of_a_pasted_token_set_are_read_from_it() {
    let world = World::new();
    let submission = world.parse(XERO, &xero(keys::XERO_GOOD)).unwrap();
    let expiry = DateTime::from_timestamp(4_070_908_800, 0);
    assert_eq!(submission.clocks.access_expires_at, expiry);
    assert!(submission.clocks.refresh_expires_at > expiry);
}
