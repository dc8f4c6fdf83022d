//! Every way in which an answer can go wrong, at every call. None of them says anything about the credential.

use std::time::Duration;

use fluxori_domain::{Marketplace, OutcomeClass};
use fluxori_test_support::providers::{Behaviour, Call, Reply, keys};
use rstest::rstest;
use tokio::task::JoinSet;

use crate::support::{World, amazon, shopify, takealot, takealot_seller, xero};

type Fields = Vec<(&'static str, &'static str)>;

/// Every call, with a form that works.
fn calls() -> [(Call, Marketplace, &'static str, Fields); 6] {
    [
        (
            Call::TakealotSeller,
            Marketplace::Takealot,
            keys::TAKEALOT_GOOD,
            takealot(keys::TAKEALOT_GOOD),
        ),
        (
            Call::TakealotOffersCount,
            Marketplace::Takealot,
            keys::TAKEALOT_GOOD,
            takealot_seller(keys::TAKEALOT_GOOD),
        ),
        (
            Call::AmazonToken,
            Marketplace::Amazon,
            keys::AMAZON_GOOD,
            amazon(keys::AMAZON_GOOD),
        ),
        (
            Call::AmazonParticipations,
            Marketplace::Amazon,
            keys::AMAZON_GOOD,
            amazon(keys::AMAZON_GOOD),
        ),
        (
            Call::ShopifyGraphql,
            Marketplace::Shopify,
            keys::SHOPIFY_GOOD,
            shopify(keys::SHOPIFY_GOOD),
        ),
        (
            Call::XeroConnections,
            Marketplace::Xero,
            keys::XERO_GOOD,
            xero(keys::XERO_GOOD),
        ),
    ]
}

/// Makes each call in a world of its own, answered by `behaviour`, all at the same time.
async fn assert_everywhere(world: fn(Call) -> World, behaviour: Behaviour, expected: OutcomeClass) {
    // All are ready before the first begins: making one takes a while, and time counts for those that wait.
    let worlds = calls().map(|call| (world(call.0), call));
    let mut tests = JoinSet::new();
    for (world, (call, marketplace, key, fields)) in worlds {
        world.providers.script_call(call, key, behaviour.clone());
        tests.spawn(async move {
            let report = world.test(marketplace, &fields).await;
            assert_eq!(report.outcome.class, expected, "{call:?}");
            assert_eq!(report.account, None, "{call:?}");
            assert_eq!(world.providers.count(call), 1, "{call:?} once, no retry");
            assert_eq!(world.providers.count(Call::RedirectTarget), 0, "{call:?}");
            world.assert_well_behaved();
        });
    }
    while let Some(finished) = tests.join_next().await {
        finished.unwrap();
    }
}

/// A world whose clients give up soon, but only at `call`.
fn impatient(call: Call) -> World {
    World::with(
        |http| match call {
            Call::AmazonToken => http.token_timeout = Duration::from_secs(2),
            _ => http.test_timeout = Duration::from_secs(2),
        },
        |_| {},
    )
}

#[rstest]
#[case::page_with_403(Behaviour::Page(403), OutcomeClass::EdgeBlocked)]
#[case::page_with_200(Behaviour::Page(200), OutcomeClass::EdgeBlocked)]
#[case::page_with_500(Behaviour::Page(500), OutcomeClass::Transient)]
#[case::json_of_the_edge(Behaviour::EdgeProblem, OutcomeClass::EdgeBlocked)]
#[case::error_500(Behaviour::Error(500), OutcomeClass::Transient)]
#[case::error_503(Behaviour::Error(503), OutcomeClass::Transient)]
#[case::cut(Behaviour::Cut, OutcomeClass::Transient)]
#[case::temporary_redirect(Behaviour::Redirect(302), OutcomeClass::Transient)]
#[case::repeating_redirect(Behaviour::Redirect(307), OutcomeClass::Transient)]
#[case::permanent_redirect(Behaviour::Redirect(308), OutcomeClass::ConfigError)]
#[case::oversized(Behaviour::Oversized, OutcomeClass::Transient)]
#[case::oversized_compressed(Behaviour::OversizedCompressed, OutcomeClass::Transient)]
#[case::empty_200(Behaviour::Reply(Reply::other(200, "", "")), OutcomeClass::Transient)]
#[case::empty_401(Behaviour::Reply(Reply::other(401, "", "")), OutcomeClass::Transient)]
#[case::plain_text_403(
    Behaviour::Reply(Reply::other(403, "text/plain", "Forbidden")),
    OutcomeClass::Transient
)]
#[case::not_found(Behaviour::Reply(Reply::json(404, "{}")), OutcomeClass::ConfigError)]
#[tokio::test]
async fn a_fault_condemns_nothing(#[case] behaviour: Behaviour, #[case] expected: OutcomeClass) {
    assert_everywhere(|_| World::new(), behaviour, expected).await;
}

#[rstest]
#[case::silent(Behaviour::NeverAnswers)]
#[case::slow(Behaviour::NeverEnds)]
#[tokio::test]
async fn an_answer_that_does_not_end_is_given_up(#[case] behaviour: Behaviour) {
    assert_everywhere(impatient, behaviour, OutcomeClass::Transient).await;
}

#[tokio::test]
async fn a_larger_cap_shows_that_only_the_cap_stood_in_the_way() {
    for behaviour in [Behaviour::Oversized, Behaviour::OversizedCompressed] {
        for (call, marketplace, key, fields) in calls() {
            let world = World::with(|http| http.max_response_bytes = 4 * 1024 * 1024, |_| {});
            world.providers.script_call(call, key, behaviour.clone());
            let report = world.test(marketplace, &fields).await;
            assert_eq!(report.outcome.class, OutcomeClass::Ok, "{call:?}");
        }
    }
}

#[tokio::test]
async fn a_host_where_nobody_listens_is_trouble_on_the_way() {
    // Port 1 of this machine.
    let nobody = |settings: &mut fluxori_marketplaces::MarketplaceSettings| {
        settings.xero.api_url = "http://127.0.0.1:1".parse().unwrap();
    };
    let world = World::with(|_| {}, nobody);
    let report = world.test(Marketplace::Xero, &xero(keys::XERO_GOOD)).await;
    assert_eq!(report.outcome.class, OutcomeClass::Transient);
}
