//! Who is called while a marketplace fails, or while too many calls are under way.

use std::{num::NonZeroU32, time::Duration};

use chrono::TimeDelta;
use fluxori_domain::{
    Marketplace, Outcome, OutcomeClass,
    ports::{RefreshReport, RefreshSubject, TestReport},
};
use fluxori_marketplaces::MarketplaceSettings;
use fluxori_test_support::providers::{Behaviour, Call, Fault, FaultRule, Provider, keys};
use futures_util::future::{join, join_all};
use metrics_exporter_prometheus::PrometheusBuilder;
use rstest::rstest;

use crate::{
    grants::Held,
    support::{World, shopify, takealot, xero},
};

/// As many as a host may fail in a row before it is left alone.
const ENOUGH: usize = 5;

/// Longer than a test takes: nobody gives up waiting for a turn.
const A_WHILE: Duration = Duration::from_mins(1);

async fn test_takealot(world: &World) -> TestReport {
    let fields = takealot(keys::TAKEALOT_GOOD);
    world.test(Marketplace::Takealot, &fields).await
}

async fn test_shop(world: &World, shop: &str) -> Outcome {
    let fields = [("shop", shop), ("accessToken", keys::SHOPIFY_GOOD)];
    world.test(Marketplace::Shopify, &fields).await.outcome
}

fn let_takealot(world: &World, behaviour: Behaviour) {
    let call = Call::TakealotSeller;
    world
        .providers
        .script_call(call, keys::TAKEALOT_GOOD, behaviour);
}

fn in_seconds(world: &World, seconds: i64) -> Outcome {
    Outcome {
        class: OutcomeClass::Transient,
        retry_at: Some(world.now() + TimeDelta::seconds(seconds)),
    }
}

fn classes(outcomes: &[Outcome], wanted: OutcomeClass) -> usize {
    let wanted = outcomes.iter().filter(|outcome| outcome.class == wanted);
    wanted.count()
}

#[rstest]
#[case::says_so(Behaviour::Error(503))]
#[case::says_so_on_a_page(Behaviour::Page(502))]
#[case::answers_by_halves(Behaviour::Cut)]
#[tokio::test]
async fn a_host_that_fails_is_left_alone_and_asked_again_by_one_call_at_a_time(
    #[case] behaviour: Behaviour,
) {
    let world = World::new();
    let_takealot(&world, behaviour);
    for _ in 0..ENOUGH {
        let outcome = test_takealot(&world).await.outcome;
        assert_eq!(outcome.class, OutcomeClass::Transient);
        assert_eq!(outcome.retry_at, None);
    }
    for _ in 0..3 {
        let report = test_takealot(&world).await;
        assert_eq!(report.outcome, in_seconds(&world, 5));
        assert!(!report.stale_token);
    }
    let calls = || world.providers.count(Call::TakealotSeller);
    assert_eq!(calls(), ENOUGH, "nobody calls it");

    // The pause is over, and it fails again: a longer one.
    world.clock.advance(TimeDelta::seconds(5));
    test_takealot(&world).await;
    assert_eq!(test_takealot(&world).await.outcome, in_seconds(&world, 10));
    assert_eq!(calls(), ENOUGH + 1);

    // That is over too. While one finds out, the others are sent away.
    world.clock.advance(TimeDelta::seconds(10));
    let_takealot(&world, Behaviour::Good);
    world.providers.inject(FaultRule::new(Fault::Held).times(1));
    let probe = test_takealot(&world);
    let others = async {
        world.providers.until_held(1).await;
        for _ in 0..3 {
            assert_eq!(test_takealot(&world).await.outcome, in_seconds(&world, 5));
        }
        assert_eq!(calls(), ENOUGH + 2, "none but the one that is held");
        world.providers.release();
    };
    let (probe, ()) = join(probe, others).await;
    assert_eq!(probe.outcome.class, OutcomeClass::Ok);
    assert_eq!(test_takealot(&world).await.outcome.class, OutcomeClass::Ok);
    world.assert_well_behaved();
}

#[rstest]
#[case::verdict(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::too_many_calls(Behaviour::Throttled, OutcomeClass::Throttled)]
#[case::blocked_in_front(Behaviour::Page(403), OutcomeClass::EdgeBlocked)]
#[tokio::test]
async fn an_answer_is_an_answer_whatever_it_says(
    #[case] behaviour: Behaviour,
    #[case] class: OutcomeClass,
) {
    let world = World::new();
    let_takealot(&world, behaviour);
    for _ in 0..3 * ENOUGH {
        assert_eq!(test_takealot(&world).await.outcome.class, class);
    }
    assert_eq!(world.providers.count(Call::TakealotSeller), 3 * ENOUGH);
}

#[tokio::test]
async fn a_call_that_is_given_up_lets_the_next_one_ask() {
    let world = World::new();
    let_takealot(&world, Behaviour::Error(500));
    for _ in 0..ENOUGH {
        test_takealot(&world).await;
    }
    world.clock.advance(TimeDelta::seconds(5));
    let_takealot(&world, Behaviour::Good);
    world.providers.inject(FaultRule::new(Fault::Held).times(1));
    tokio::select! {
        _ = test_takealot(&world) => panic!("it is held"),
        () = world.providers.until_held(1) => {}
    }
    assert_eq!(test_takealot(&world).await.outcome.class, OutcomeClass::Ok);
    world.providers.release();
}

#[tokio::test]
async fn another_host_of_the_same_marketplace_is_called() {
    let world = World::new();
    let down = Behaviour::Error(503);
    let call = Call::XeroConnections;
    world.providers.script_call(call, keys::XERO_GOOD, down);
    for _ in 0..=ENOUGH {
        let report = world.test(Marketplace::Xero, &xero(keys::XERO_GOOD)).await;
        assert_eq!(report.outcome.class, OutcomeClass::Transient);
    }
    assert_eq!(world.providers.count(call), ENOUGH);
    world.renewed(&world.seed(Provider::Xero)).await;
    assert_eq!(test_takealot(&world).await.outcome.class, OutcomeClass::Ok);
}

#[tokio::test]
async fn a_dead_shop_is_left_alone_and_shopify_as_a_whole_only_when_many_shops_fail() {
    let world = World::new();
    let (call, key) = (Call::ShopifyGraphql, keys::SHOPIFY_GOOD);
    let let_shops = |behaviour| world.providers.script_call(call, key, behaviour);
    let_shops(Behaviour::Error(503));
    for _ in 0..=ENOUGH {
        test_shop(&world, "dead.myshopify.com").await;
    }
    let calls = world.providers.count(call);
    assert_eq!(calls, ENOUGH);
    let_shops(Behaviour::Good);
    let outcome = test_shop(&world, "well.myshopify.com").await;
    assert_eq!(outcome.class, OutcomeClass::Ok);
    let outcome = test_shop(&world, "dead.myshopify.com").await;
    assert_eq!(outcome, in_seconds(&world, 5));

    // Now all of them: after five shops in a row no other is called.
    let_shops(Behaviour::Error(503));
    for number in 0..10 {
        test_shop(&world, &format!("shop-{number}.myshopify.com")).await;
    }
    assert_eq!(world.providers.count(call), calls + 1 + ENOUGH);
    let_shops(Behaviour::Good);
    world.clock.advance(TimeDelta::seconds(5));
    for shop in ["dead.myshopify.com", "another.myshopify.com"] {
        let outcome = test_shop(&world, shop).await;
        assert_eq!(outcome.class, OutcomeClass::Ok, "{shop}");
    }
}

#[tokio::test]
async fn more_calls_than_may_be_under_way_wait_and_more_than_may_wait_are_sent_away() {
    let few = |settings: &mut MarketplaceSettings| {
        settings.takealot.concurrent_calls = NonZeroU32::new(2).unwrap();
    };
    let recorder = PrometheusBuilder::new().build_recorder();
    let told = recorder.handle();
    let recording = metrics::set_default_local_recorder(&recorder);
    let world = World::with(|http| http.turn_timeout = A_WHILE, few);
    drop(recording);
    let is = |line: &str| {
        let text = told.render();
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    };
    is("fluxori_provider_calls_in_flight{marketplace=\"takealot\"} 0");

    world.providers.inject(FaultRule::new(Fault::Held));
    // 2 under way, 32 in line, 6 too many.
    let tests = join_all((0..40).map(|_| test_takealot(&world)));
    let meanwhile = async {
        world.providers.until_held(2).await;
        is("fluxori_provider_calls_in_flight{marketplace=\"takealot\"} 2");
        is("fluxori_provider_calls_waiting{marketplace=\"takealot\"} 32");
        is("fluxori_provider_calls_refused_total{marketplace=\"takealot\",reason=\"too_many\"} 6");
        // Another marketplace has places of its own.
        world.providers.clear_faults();
        let fields = shopify(keys::SHOPIFY_GOOD);
        let elsewhere = world.test(Marketplace::Shopify, &fields).await;
        assert_eq!(elsewhere.outcome.class, OutcomeClass::Ok);
        assert_eq!(world.providers.held(), 2);
        world.providers.release();
    };
    let (reports, ()) = join(tests, meanwhile).await;
    let outcomes: Vec<_> = reports.iter().map(|report| report.outcome).collect();
    assert_eq!(classes(&outcomes, OutcomeClass::Ok), 34);
    let in_a_while = Outcome::throttled(world.now() + TimeDelta::minutes(1));
    let sent_away = outcomes.iter().filter(|outcome| **outcome == in_a_while);
    assert_eq!(sent_away.count(), 6);
    is("fluxori_provider_calls_in_flight{marketplace=\"takealot\"} 0");
    is("fluxori_provider_calls_waiting{marketplace=\"takealot\"} 0");
}

#[tokio::test]
async fn a_call_that_stood_in_line_is_not_made_to_a_host_that_failed_meanwhile() {
    let one = |settings: &mut MarketplaceSettings| {
        settings.takealot.concurrent_calls = NonZeroU32::MIN;
    };
    let world = World::with(|http| http.turn_timeout = A_WHILE, one);
    let_takealot(&world, Behaviour::Error(503));
    world.providers.inject(FaultRule::new(Fault::Held).times(1));
    let tests = join_all((0..2 * ENOUGH).map(|_| test_takealot(&world)));
    let meanwhile = async {
        world.providers.until_held(1).await;
        world.providers.release();
    };
    let (reports, ()) = join(tests, meanwhile).await;
    assert_eq!(world.providers.count(Call::TakealotSeller), ENOUGH);
    let sent_away = in_seconds(&world, 5);
    let sent_away = reports.iter().filter(|report| report.outcome == sent_away);
    assert_eq!(sent_away.count(), ENOUGH);
}

#[tokio::test]
async fn what_fails_and_what_is_not_called_is_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let told = recorder.handle();
    let recording = metrics::set_default_local_recorder(&recorder);
    let world = World::new();
    drop(recording);
    let is = |line: &str| {
        let text = told.render();
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    };
    let resting = |host, number| {
        is(&format!(
            "fluxori_provider_hosts_resting{{marketplace=\"shopify\",host=\"{host}\"}} {number}"
        ));
    };
    resting("shop", 0);
    resting("all_shops", 0);
    let (call, key) = (Call::ShopifyGraphql, keys::SHOPIFY_GOOD);
    world
        .providers
        .script_call(call, key, Behaviour::Error(503));
    for _ in 0..ENOUGH + 2 {
        test_shop(&world, "dead.myshopify.com").await;
    }
    resting("shop", 1);
    resting("all_shops", 0);
    for shop in ["a", "b", "c", "d"] {
        test_shop(&world, &format!("{shop}.myshopify.com")).await;
    }
    resting("all_shops", 1);
    is("fluxori_provider_calls_refused_total{marketplace=\"shopify\",reason=\"host_down\"} 2");
    world.providers.script_call(call, key, Behaviour::Good);
    world.clock.advance(TimeDelta::seconds(5));
    test_shop(&world, "dead.myshopify.com").await;
    resting("shop", 0);
    resting("all_shops", 0);
    assert!(!told.render().contains("dead.myshopify.com"));
}

fn subject(held: &Held, admission: fluxori_domain::ports::Admission) -> RefreshSubject<'_> {
    RefreshSubject {
        auth_type: held.auth_type,
        document: &held.document,
        details: &held.details,
        clocks: held.clocks,
        admission,
    }
}

#[rstest]
#[tokio::test]
async fn leave_to_refresh_is_given_in_advance_and_to_one_at_a_time_while_a_host_fails(
    #[values(Provider::Amazon, Provider::Shopify, Provider::Xero)] provider: Provider,
) {
    let world = World::new();
    let held = world.seed(provider);
    let client = world.client(held.marketplace);
    world.providers.inject(FaultRule::new(Fault::Page(500)));
    for _ in 0..ENOUGH {
        let RefreshReport::Refused(outcome) = world.refresh(&held).await else {
            panic!("it is down")
        };
        assert_eq!(outcome.class, OutcomeClass::Transient);
    }
    let refused = client.admit_refresh(&held.details).await.unwrap_err();
    assert_eq!(refused, in_seconds(&world, 5));

    world.clock.advance(TimeDelta::seconds(5));
    let first = client.admit_refresh(&held.details).await.unwrap();
    client.admit_refresh(&held.details).await.unwrap_err();
    let RefreshReport::Refused(outcome) = world.refresh(&held).await else {
        panic!("it is the first one's turn")
    };
    assert_eq!(outcome, in_seconds(&world, 5));
    // The first one finds that somebody else has refreshed already.
    drop(first);
    let second = client.admit_refresh(&held.details).await.unwrap();
    world.providers.clear_faults();
    let report = client.refresh(subject(&held, second)).await;
    assert!(matches!(report, RefreshReport::Renewed(_)), "{report:?}");
    client.admit_refresh(&held.details).await.unwrap();
    assert_eq!(world.providers.grants_spent(provider).spent, 1);
}
