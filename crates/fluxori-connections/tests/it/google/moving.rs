//! Secrets on their way from one store to the other, while everything goes on.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use fluxori_connections::{Move, MoveReport, ReplaceRequest};
use fluxori_domain::{Backend, Generation, Marketplace, OrganizationId};
use fluxori_test_support::{
    google::{Call, Fault, FaultRule},
    providers::{Decision, Provider, keys},
};

use crate::world::{Kind, World, ada, caller, form, read, takealot};

const fn all_to(to: Backend) -> Move {
    Move {
        to,
        organization: None,
    }
}

async fn go(world: &World, to: Backend) -> MoveReport {
    let moved = world.connections.move_secrets(&all_to(to), |_| {}).await;
    moved.unwrap()
}

async fn settle(world: &World) {
    world.clock.advance(TimeDelta::minutes(3));
    assert_eq!(world.connections.sweep().await.unwrap().left, 0);
}

/// How many credentials live in the database and at Google.
async fn census(world: &World) -> (u64, u64) {
    let census = world.connections.census().await.unwrap();
    let of = |backend| {
        let here = census.iter().filter(|count| count.backend == backend);
        here.map(|count| count.credentials).sum()
    };
    (of(Backend::Database), of(Backend::GoogleSecretManager))
}

#[tokio::test]
async fn secrets_go_there_and_back_and_there_again() {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    for round in 0..2 {
        assert_eq!(census(&world).await, (0, 1), "{round}");
        assert_eq!(go(&world, Backend::Database).await.moved, 1);
        assert_eq!(census(&world).await, (1, 0));
        settle(&world).await;
        assert_eq!(world.google().held(), (0, 0), "nothing is left behind");
        let neighbour = world.neighbour().await;
        let read = neighbour
            .read_credential(&ada(), read(Marketplace::Takealot))
            .await
            .unwrap();
        assert_eq!(read.generation, Generation::FIRST, "it is the same secret");
        assert_eq!(go(&world, Backend::GoogleSecretManager).await.moved, 1);
        assert_eq!(world.google().held(), (1, 1));
    }
    let again = go(&world, Backend::GoogleSecretManager).await;
    assert_eq!((again.moved, again.failed.len()), (0, 0));
}

#[tokio::test]
async fn one_organization_moves_alone() {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let other = caller("wheels", "grace");
    let created = world
        .connections
        .create(&other, takealot(keys::TAKEALOT_GOOD))
        .await;
    created.unwrap();
    let order = Move {
        to: Backend::Database,
        organization: Some(OrganizationId::new("wheels").unwrap()),
    };
    assert_eq!(world.connections.count_movable(&order).await.unwrap(), 1);
    let moved = world.connections.move_secrets(&order, |_| {}).await;
    assert_eq!(moved.unwrap().moved, 1);
    assert_eq!(census(&world).await, (1, 1));
}

#[tokio::test]
async fn what_cannot_be_moved_stays_and_is_named() {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let neighbour = world.neighbour().await;
    world
        .google()
        .inject(FaultRule::new(Fault::Page(503)).at(Call::AccessSecretVersion));
    let order = all_to(Backend::Database);
    let report = neighbour.move_secrets(&order, |_| {}).await.unwrap();
    assert_eq!(report.moved, 0);
    assert!(report.failed[0].1.is_transient(), "{:?}", report.failed);
    assert_eq!(census(&world).await, (0, 1));
    world.google().clear_faults();
    assert_eq!(go(&world, Backend::Database).await.moved, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_refreshes_and_replacements_go_on_while_secrets_move() {
    let world = World::new(Kind::Google).await;
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    let key = world.create(takealot(keys::TAKEALOT_GOOD)).await;
    world.clock.advance(TimeDelta::hours(2));
    let neighbour = world.neighbour().await;
    let done = AtomicBool::new(false);
    let moving = async {
        for _ in 0..2 {
            go(&world, Backend::Database).await;
            go(&world, Backend::GoogleSecretManager).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let reading = async {
        while !done.load(Ordering::Relaxed) {
            for marketplace in [Marketplace::Shopify, Marketplace::Takealot] {
                let read = neighbour.read_credential(&ada(), read(marketplace)).await;
                read.unwrap();
            }
        }
    };
    let replacing = async {
        let mut replaced = 0;
        while !done.load(Ordering::Relaxed) {
            let replacement = ReplaceRequest {
                form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
                expected_version: None,
            };
            // The seller is asked to try again when the ground moves; nothing is lost.
            let result = neighbour
                .replace(&ada(), key.connection.id, replacement)
                .await;
            replaced += i64::from(result.is_ok());
        }
        replaced
    };
    let ((), (), replaced) = tokio::join!(moving, reading, replacing);
    assert_eq!(world.providers.grants_spent(Provider::Shopify).spent, 1);
    let live = world
        .connections
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await
        .unwrap();
    assert_eq!(live.generation.as_i64(), replaced + 1);
    // One that was replaced each time it was to be moved is left for the next run.
    go(&world, Backend::GoogleSecretManager).await;
    settle(&world).await;
    assert_eq!(census(&world).await, (0, 2));
    assert_eq!(world.google().held(), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_replaced_and_swept_before_its_turn_is_moved_as_it_is_then() {
    // More than are moved at once; the last one of the list is the last one that was made.
    const CREDENTIALS: u64 = 20;
    let world = World::new(Kind::Google).await;
    let seller = |number: u64| caller("engines", &format!("seller-{number}"));
    let mut last = None;
    for number in 0..CREDENTIALS {
        world.clock.advance(TimeDelta::seconds(1));
        let created = world
            .connections
            .create(&seller(number), takealot(keys::TAKEALOT_GOOD))
            .await;
        last = Some(created.unwrap().connection.id);
    }
    let (owner, last) = (seller(CREDENTIALS - 1), last.unwrap());
    let replace = async || {
        let replacement = ReplaceRequest {
            form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
            expected_version: None,
        };
        let replaced = world.connections.replace(&owner, last, replacement).await;
        replaced.unwrap();
        settle(&world).await;
    };
    let is_first = AtomicBool::new(true);
    let neighbour = world.neighbour().await;
    let order = all_to(Backend::Database);
    let moved = neighbour.move_secrets(&order, |_| {
        if is_first.swap(false, Ordering::Relaxed) {
            let here = tokio::runtime::Handle::current();
            tokio::task::block_in_place(|| here.block_on(replace()));
        }
    });
    let report = moved.await.unwrap();
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    assert_eq!(report.moved, CREDENTIALS);
    let read = world
        .connections
        .read_credential(&owner, read(Marketplace::Takealot))
        .await;
    assert_eq!(read.unwrap().generation, Generation::FIRST.next());
    settle(&world).await;
    assert_eq!(world.google().held(), (0, 0));
}
