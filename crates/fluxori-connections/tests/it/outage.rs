//! The database is away at the worst moment: between the marketplace's yes and ours.

use std::time::Duration;

use chrono::TimeDelta;
use fluxori_connections::{ConsentResult, Pace, ReadError};
use fluxori_domain::{Clock, ConnectionStatus, Marketplace, OutcomeClass};
use fluxori_test_support::providers::{Call, Decision, Provider};
use rstest::rstest;

use crate::{
    browser::{come_back, decide, same, wish},
    world::{Kind, World, ada, read},
};

const SHOPIFY: Marketplace = Marketplace::Shopify;

/// A connected shop whose access token has run out.
async fn expired(kind: Kind) -> World {
    let world = World::new(kind).await;
    world.connected(SHOPIFY, Decision::agree()).await;
    world.clock.advance(TimeDelta::hours(2));
    world
}

/// A lease that is over at once.
fn pace() -> Pace {
    Pace::default().with_lease(Duration::ZERO).unwrap()
}

fn spent(world: &World) -> (u64, u64) {
    let counts = world.providers.grants_spent(Provider::Shopify);
    (counts.spent, counts.refused)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_cannot_be_stored_yet_are_kept_until_they_can(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = expired(kind).await;
    world.fate.let_fail("complete", 3);
    world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap();
    assert_eq!(spent(&world), (1, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_could_not_be_stored_at_all_are_bought_again_with_the_old_one(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = expired(kind).await;
    // The lease is over before the first attempt to store.
    let connections = world.connections.clone().with_pace(pace());
    world.fate.let_fail("complete", 1);
    let error = connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap_err();
    assert!(matches!(error, ReadError::Unavailable { .. }), "{error}");
    connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap();
    assert_eq!(spent(&world), (2, 0), "within the marketplace's grace");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_written_is_noticed_before_the_marketplace_is_called() {
    let world = expired(Kind::Sqlite).await;
    let calls = world.providers.count(Call::ShopifyToken);
    world.fate.let_fail("begin", 1);
    let error = world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap_err();
    assert!(matches!(error, ReadError::Unavailable { .. }), "{error}");
    assert_eq!(world.providers.count(Call::ShopifyToken), calls);
    world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap();
    assert_eq!(spent(&world), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_on_this_side_blames_neither_the_seller_nor_the_marketplace() {
    let world = expired(Kind::Sqlite).await;
    world.fate.let_panic("begin");
    let error = world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap_err();
    let ReadError::Waiting { class, retry_at } = error else {
        panic!("{error}")
    };
    let in_a_second = world.clock.now() + TimeDelta::seconds(1);
    assert_eq!((class, retry_at), (OutcomeClass::Transient, in_a_second));
    assert_eq!(
        world.all(&ada()).await[0].status,
        ConnectionStatus::Connected
    );
    world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap();
    assert_eq!(spent(&world), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_could_not_be_stored_is_heard_again() {
    let world = expired(Kind::Sqlite).await;
    let connections = world.connections.clone().with_pace(pace());
    let grant = world.providers.grants().pop().unwrap();
    world.providers.revoke_grant(grant.id);
    world.fate.let_fail("condemn", 1);
    let error = connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap_err();
    assert!(matches!(error, ReadError::Unavailable { .. }), "{error}");
    assert_eq!(
        world.all(&ada()).await[0].status,
        ConnectionStatus::Connected
    );
    let error = connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap_err();
    assert!(matches!(error, ReadError::NeedsSeller { .. }), "{error}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_tokens_of_a_consent_are_kept_until_they_can_be_stored(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    world.fate.let_fail("store", 3);
    world.connected(SHOPIFY, Decision::agree()).await;
    assert_eq!(world.providers.grants_spent(Provider::Shopify).grants, 1);
    world
        .connections
        .read_credential(&ada(), read(SHOPIFY))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_finds_no_database_can_be_repeated() {
    let world = World::new(Kind::Sqlite).await;
    world.fate.let_fail("leave", 1);
    world.leave(wish(SHOPIFY)).await.unwrap_err();
    let left = world.leave(wish(SHOPIFY)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    world.fate.let_fail("take", 1);
    let end = come_back(&world.connections, SHOPIFY, &back, same(&left.browser)).await;
    assert_eq!(end.result, ConsentResult::Failed);
    let end = come_back(&world.connections, SHOPIFY, &back, same(&left.browser)).await;
    assert!(
        matches!(end.result, ConsentResult::Connected(_)),
        "{:?}",
        end.result
    );
}
