//! An organization is forgotten, whole, and no other.

use std::sync::Arc;

use chrono::TimeDelta;
use fluxori_domain::{
    Caller, Marketplace, OrganizationId, SecretText, TenantScope, UserId,
    ports::{OrganizationContents, OrganizationRemoval},
};
use fluxori_persistence::{Database, DatabaseSettings};
use fluxori_test_support::providers::keys;
use rstest::rstest;

use crate::world::{Kind, World, ada, read, takealot};

/// Somebody of another organization.
fn bob() -> Caller {
    let organization = OrganizationId::new("others").unwrap();
    Caller {
        scope: TenantScope::new(organization, UserId::new("bob").unwrap()),
        ..ada()
    }
}

async fn removal(world: &World) -> Arc<dyn OrganizationRemoval> {
    let settings = DatabaseSettings::new(SecretText::copy_of(world.url()));
    Arc::new(Database::connect(&settings).await.unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_of_one_organization_goes_and_nothing_of_others(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[values(false, true)] keep_trail: bool,
) {
    let world = World::new(kind).await;
    let (ada, bob) = (ada(), bob());
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let theirs = takealot(keys::TAKEALOT_GOOD);
    world.connections.create(&bob, theirs).await.unwrap();
    let removal = removal(&world).await;
    let organization = &ada.scope.organization;
    let before = removal.contents(organization).await.unwrap();
    let sealed_here = u64::from(kind != Kind::Google);
    assert_eq!(
        (before.connections, before.credentials, before.data_keys),
        (1, 1, sealed_here)
    );

    let done = world
        .connections
        .forget(&*removal, organization, keep_trail, |_| {})
        .await
        .unwrap();
    assert_eq!((done.credentials, done.data_keys), (1, sealed_here));
    let kept = if keep_trail { before.audit_events } else { 0 };
    let expected = OrganizationContents {
        audit_events: kept,
        ..OrganizationContents::default()
    };
    assert_eq!(done.left, expected);
    assert!(world.all(&ada).await.is_empty());
    if kind == Kind::Google {
        assert_eq!(world.google().held(), (1, 1), "the other's alone");
    }
    let again = world
        .connections
        .forget(&*removal, organization, keep_trail, |_| {})
        .await
        .unwrap();
    assert_eq!(
        (again.credentials, again.data_keys, again.audit_events),
        (0, 0, 0)
    );

    world
        .connections
        .read_credential(&bob, read(Marketplace::Takealot))
        .await
        .unwrap();
    // Who comes back begins anew.
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    world
        .connections
        .read_credential(&ada, read(Marketplace::Takealot))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_data_keys_nothing_opens_and_the_next_run_ends_what_was_begun(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    let ada = ada();
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let removal = removal(&world).await;
    let organization = &ada.scope.organization;
    assert_eq!(removal.destroy_data_keys(organization).await.unwrap(), 1);
    // As a process that died here leaves it: one that begins now opens nothing.
    let fresh = world.neighbour().await;
    world.clock.advance(TimeDelta::minutes(11));
    assert!(
        fresh
            .read_credential(&ada, read(Marketplace::Takealot))
            .await
            .is_err()
    );
    let done = world
        .connections
        .forget(&*removal, organization, false, |_| {})
        .await
        .unwrap();
    assert_eq!((done.data_keys, done.credentials), (0, 1));
    assert_eq!(done.left, OrganizationContents::default());
}
