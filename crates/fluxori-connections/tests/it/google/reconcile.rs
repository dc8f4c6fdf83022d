//! What the ledger cannot know: both sides are compared.

use chrono::TimeDelta;
use fluxori_connections::{Damage, Inventory, ReplaceRequest};
use fluxori_domain::{Backend, CredentialId, Marketplace};
use fluxori_secret_manager::{Labels, Payload, SecretId, SecretManager};
use fluxori_test_support::{google::Order, providers::keys};
use zeroize::Zeroizing;

use crate::world::{Kind, World, ada, caller, form, read, takealot};

async fn connected() -> World {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    world.clock.advance(TimeDelta::hours(2));
    world
}

async fn reconcile(world: &World, apply: bool) -> Inventory {
    let connections = world.neighbour().await;
    connections
        .reconcile(Backend::GoogleSecretManager, apply, |_| {})
        .await
        .unwrap()
}

/// Makes a secret as a database did that was restored since.
async fn stray(world: &World, installation: &str) -> SecretId {
    let manager = manager(world);
    let credential = CredentialId::make(chrono::DateTime::UNIX_EPOCH);
    let id = SecretId::new(&format!("fluxori-{credential}-0a1b2c3d")).unwrap();
    let labels = Labels::none().with("fluxori-installation", installation);
    manager.create(&id, &labels.unwrap()).await.unwrap();
    add_version(&manager, &id).await;
    id
}

async fn add_version(manager: &SecretManager, id: &SecretId) {
    let payload = Payload::new(Zeroizing::new(b"{}".to_vec())).unwrap();
    manager.add_version(id, &payload).await.unwrap();
}

fn manager(world: &World) -> SecretManager {
    let http = fluxori_marketplaces::HttpSettings {
        proxy: fluxori_marketplaces::ProxyUse::Never,
        ..fluxori_marketplaces::HttpSettings::default()
    };
    let http = fluxori_marketplaces::HttpClient::new(&http).unwrap();
    world.at_google.as_ref().unwrap().manager(http.pool())
}

fn installation(world: &World) -> String {
    world.google().secrets()[0].labels["fluxori-installation"].clone()
}

#[tokio::test]
async fn when_all_is_well_both_sides_agree() {
    let world = connected().await;
    let other = caller("wheels", "grace");
    let created = world
        .connections
        .create(&other, takealot(keys::TAKEALOT_GOOD))
        .await;
    created.unwrap();
    let expected = Inventory {
        held: 2,
        places: 2,
        values: 2,
        ..Inventory::default()
    };
    assert_eq!(reconcile(&world, true).await, expected);
}

#[tokio::test]
async fn a_stray_secret_is_reported_and_then_destroyed() {
    let world = connected().await;
    let id = stray(&world, &installation(&world)).await;
    let seen = reconcile(&world, false).await;
    assert_eq!(seen.strays.len(), 1);
    assert!(seen.strays[0].name.ends_with(id.as_str()), "{seen:?}");
    assert!(!seen.strays[0].is_young);
    assert_eq!(world.google().held(), (2, 2), "a dry run destroys nothing");

    assert_eq!(reconcile(&world, true).await.destroyed, 1);
    assert_eq!(world.google().held(), (1, 1));
    assert!(reconcile(&world, false).await.strays.is_empty());
}

#[tokio::test]
async fn a_stray_version_beside_the_one_in_use_is_destroyed_alone() {
    let world = connected().await;
    let id = SecretId::new(&world.google().secrets()[0].id).unwrap();
    add_version(&manager(&world), &id).await;
    let seen = reconcile(&world, false).await;
    assert!(seen.strays[0].name.ends_with("/versions/2"), "{seen:?}");
    assert_eq!(reconcile(&world, true).await.destroyed, 1);
    assert_eq!(world.google().held(), (1, 1));
    let neighbour = world.neighbour().await;
    let takealot = read(Marketplace::Takealot);
    let live = neighbour.read_credential(&ada(), takealot).await;
    live.unwrap();
}

#[tokio::test]
async fn what_is_young_is_left_alone() {
    let world = connected().await;
    stray(&world, &installation(&world)).await;
    world.clock.advance(-TimeDelta::minutes(90));
    let seen = reconcile(&world, true).await;
    assert!(seen.strays[0].is_young);
    assert_eq!(world.google().held(), (2, 2));
}

#[tokio::test]
async fn another_installations_secrets_are_nobodys_strays() {
    let world = connected().await;
    stray(&world, "another").await;
    let seen = reconcile(&world, true).await;
    assert_eq!((seen.places, seen.strays.len()), (1, 0));
    assert_eq!(world.google().held(), (2, 2));
}

#[tokio::test]
async fn losses_are_named() {
    let world = connected().await;
    let other = caller("wheels", "grace");
    let created = world
        .connections
        .create(&other, takealot(keys::TAKEALOT_GOOD))
        .await;
    created.unwrap();
    let secrets = world.google().secrets();
    world
        .google()
        .operate(Order::DeleteSecret(secrets[0].id.clone()));
    world
        .google()
        .operate(Order::DisableVersion(secrets[1].id.clone(), 1));
    let mut damage: Vec<_> = reconcile(&world, true).await.damaged;
    damage.sort_by_key(|(_, damage)| *damage == Damage::Lost);
    let kinds: Vec<_> = damage.iter().map(|(_, damage)| *damage).collect();
    assert_eq!(kinds, [Damage::Disabled, Damage::Lost]);
}

#[tokio::test]
async fn what_is_replaced_and_swept_while_it_is_looked_at_is_no_loss() {
    let world = connected().await;
    let connection = world.all(&ada()).await[0].clone();
    let pause = world.fate.let_wait("values");
    let looking = world
        .connections
        .reconcile(Backend::GoogleSecretManager, true, |_| {});
    let meanwhile = async {
        // The row was read, the versions are not listed yet.
        pause.reached().await;
        let neighbour = world.neighbour().await;
        let replacement = ReplaceRequest {
            form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
            expected_version: None,
        };
        let replaced = neighbour.replace(&ada(), connection.id, replacement).await;
        replaced.unwrap();
        world.clock.advance(TimeDelta::minutes(2));
        assert_eq!(neighbour.sweep().await.unwrap().settled, 1);
        pause.end();
    };
    let (inventory, ()) = futures_util::future::join(looking, meanwhile).await;
    let inventory = inventory.unwrap();
    assert_eq!(inventory.damaged, []);
    assert_eq!(inventory.destroyed, 0);
    assert_eq!(reconcile(&world, true).await.damaged, []);
}
