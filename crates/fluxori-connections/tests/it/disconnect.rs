//! Deleting a connection, and cutting it off at its marketplace.

use std::time::Duration;

use chrono::TimeDelta;
use fluxori_connections::{Pace, Revocation};
use fluxori_domain::{
    Clock as _, ConnectionId, Marketplace, OutcomeClass, ports::RefreshRepository as _,
};
use fluxori_test_support::providers::{Call, Decision, Fault, FaultRule, Provider, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, takealot};

async fn delete(world: &World, id: ConnectionId, revoke: bool) -> Revocation {
    let deleted = world.connections.delete(&ada(), id, None, revoke).await;
    deleted.unwrap().revocation
}

fn alive(world: &World, provider: Provider) -> u64 {
    world.providers.grants_spent(provider).alive
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_uninstalled_or_forgotten_as_the_seller_says(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let forgotten = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(
        delete(&world, forgotten.id, false).await,
        Revocation::NotAsked
    );
    assert_eq!(alive(&world, Provider::Shopify), 1);
    let removed = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    // Its token has run out meanwhile: it is renewed to be used one last time.
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(delete(&world, removed.id, true).await, Revocation::Done);
    assert_eq!(alive(&world, Provider::Shopify), 0);
    assert!(world.all(&ada()).await.is_empty());
    assert_eq!(world.providers.violations(), []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_of_xero_leaves_without_taking_the_others_along(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let others = alive(&world, Provider::Xero);
    let both = Decision::agree().organisations([keys::XERO_TENANT, keys::XERO_OTHER_TENANT]);
    let connected = world.connected(Marketplace::Xero, both).await;
    assert_eq!(
        delete(&world, connected[0].id, true).await,
        Revocation::Done
    );
    assert_eq!(
        world.providers.count(Call::XeroRevocation),
        0,
        "the other one needs the grant"
    );
    let tested = world
        .connections
        .test(&ada(), connected[1].id)
        .await
        .unwrap();
    assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    assert_eq!(
        delete(&world, connected[1].id, true).await,
        Revocation::Done
    );
    assert_eq!(world.providers.count(Call::XeroRevocation), 1);
    assert_eq!(alive(&world, Provider::Xero), others);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_already_is_gone() {
    let world = World::new(Kind::Sqlite).await;
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    let grant = world.providers.grants().pop().unwrap();
    world.providers.revoke_grant(grant.id);
    assert_eq!(delete(&world, connection.id, true).await, Revocation::Done);
    let connection = world
        .connected(Marketplace::Xero, Decision::agree())
        .await
        .remove(0);
    let grant = world.providers.grants().pop().unwrap();
    world.providers.revoke_grant(grant.id);
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(delete(&world, connection.id, true).await, Revocation::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_marketplace_offers_no_way_the_seller_is_told() {
    let world = World::new(Kind::Sqlite).await;
    let amazon = world
        .connected(Marketplace::Amazon, Decision::agree())
        .await
        .remove(0);
    assert_eq!(
        delete(&world, amazon.id, true).await,
        Revocation::LeftToSeller
    );
    let takealot = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    assert_eq!(
        delete(&world, takealot.id, true).await,
        Revocation::LeftToSeller
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_troubled_marketplace_is_asked_again_for_a_week(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let service = ada().service;
    for (after, result) in [(TimeDelta::hours(1), true), (TimeDelta::days(8), false)] {
        let connection = world
            .connected(Marketplace::Shopify, Decision::agree())
            .await
            .remove(0);
        world
            .providers
            .inject(FaultRule::new(Fault::Page(503)).at(Call::ShopifyUninstall));
        assert_eq!(
            delete(&world, connection.id, true).await,
            Revocation::Pending
        );
        assert!(world.all(&ada()).await.is_empty(), "invisible at once");
        assert_eq!(
            world.connections.finish_deletions(&service).await.unwrap(),
            0
        );
        world.clock.advance(after);
        if result {
            world.providers.clear_faults();
        }
        assert_eq!(
            world.connections.finish_deletions(&service).await.unwrap(),
            1
        );
        assert_eq!(alive(&world, Provider::Shopify), u64::from(!result));
        world.providers.clear_faults();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_disconnection_does_not_wait_for_the_lease_of_a_process_that_died(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    world.clock.advance(TimeDelta::hours(2));
    let lease = world
        .die_refreshing(&connection, Duration::from_mins(1))
        .await;

    let answering = Pace::default().with_answers_within(Duration::ZERO);
    let connections = world.connections.clone().with_pace(answering);
    let deleted = connections.delete(&ada(), connection.id, None, true).await;
    assert_eq!(deleted.unwrap().revocation, Revocation::Pending);
    assert!(world.all(&ada()).await.is_empty(), "invisible at once");
    assert_eq!(alive(&world, Provider::Shopify), 1);

    // Leases live by the clock of the database. That this one has run out is as if somebody had given it back.
    let (class, now) = (OutcomeClass::Transient, world.clock.now());
    let released = world.database().await.fail(&lease, class, now).await;
    assert!(released.unwrap());
    world.clock.advance(TimeDelta::hours(1));
    let service = ada().service;
    let finished = world.connections.finish_deletions(&service).await;
    assert_eq!(finished.unwrap(), 1);
    assert_eq!(alive(&world, Provider::Shopify), 0);
}
