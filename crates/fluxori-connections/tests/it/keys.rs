//! Changing keys while everything goes on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use fluxori_connections::{
    ConnectionError, Connections, ReadError, Reseal, ResealReport, Retirement, Rotate,
};
use fluxori_domain::{
    Caller, Generation, Marketplace, MasterKeyId, OrganizationId,
    ports::{DataKeyRepository, SealedCount, SecretStoreError, StorageError, WrappedDataKey},
};
use fluxori_persistence::Database;
use fluxori_test_support::{database::TestDatabase, providers::keys as provider_keys};
use rstest::rstest;

use crate::{
    dying::Death,
    world::{Kind, MASTER_KEY as OLD, World, ada, amazon, caller, keyring, read, takealot},
};

pub(crate) const NEW: &str = "wK7vZ1mQ4tY9bX2cN8dF5gH3jL6pR0sA";

pub(crate) fn bob() -> Caller {
    caller("looms", "bob")
}

pub(crate) fn all_again() -> Reseal {
    Reseal {
        again: true,
        ..Reseal::default()
    }
}

fn organization(caller: &Caller) -> &OrganizationId {
    &caller.scope.organization
}

fn data_keys(database: &Database) -> &dyn DataKeyRepository {
    database
}

async fn active(world: &World, caller: &Caller) -> WrappedDataKey {
    let database = world.database().await;
    let active = data_keys(&database).active(organization(caller)).await;
    active.unwrap().unwrap()
}

/// A credential of each of two organizations.
pub(crate) async fn with_two(world: &World) {
    world.create(takealot(provider_keys::TAKEALOT_GOOD)).await;
    let request = takealot(provider_keys::TAKEALOT_GOOD);
    world.connections.create(&bob(), request).await.unwrap();
}

/// Whether both can be read, in their first generation.
pub(crate) async fn both_open(connections: &Connections) {
    for caller in [ada(), bob()] {
        let read = connections.read_credential(&caller, read(Marketplace::Takealot));
        assert_eq!(read.await.unwrap().generation, Generation::FIRST);
    }
}

async fn reseal(world: &World, order: &Reseal) -> ResealReport {
    let keys = world.keys(keyring(OLD, &[])).await;
    let report = keys.reseal(order, |_| {}).await.unwrap();
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    report
}

async fn sealed(world: &World) -> SealedCount {
    let keys = world.keys(keyring(OLD, &[])).await;
    keys.count_sealed(None).await.unwrap()
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_with_either_key_first_serve_together_before_and_after(#[case] kind: Kind) {
    let world = World::new(kind).await;
    with_two(&world).await;
    let prepared = world.neighbour_with(keyring(OLD, &[NEW])).await;
    let changed = world.neighbour_with(keyring(NEW, &[OLD])).await;
    for process in [&world.connections, &prepared, &changed] {
        both_open(process).await;
    }
    // One that knows only the old key opens what the others make, as long as that is wrapped by the old one.
    let carol = caller("mills", "carol");
    let request = takealot(provider_keys::TAKEALOT_GOOD);
    prepared.create(&carol, request).await.unwrap();
    let carols = world
        .connections
        .read_credential(&carol, read(Marketplace::Takealot));
    carols.await.unwrap();

    let keys = world.keys(keyring(NEW, &[OLD])).await;
    assert_eq!(keys.count_rotatable(Rotate::default()).await.unwrap(), 3);
    let before = active(&world, &ada()).await;
    let report = keys.rotate(Rotate::default(), |_| {}).await.unwrap();
    assert_eq!((report.rewrapped, report.gone), (3, 0));
    assert!(report.failed.is_empty());
    let after = active(&world, &ada()).await;
    assert_eq!(
        (&after.id, after.created_at),
        (&before.id, before.created_at)
    );
    assert_eq!(after.master_key, *keyring(NEW, &[]).active_id());
    // Nobody lives on what it remembers.
    world.clock.advance(TimeDelta::minutes(10));
    for process in [&prepared, &changed] {
        both_open(process).await;
    }
    let dora = caller("tills", "dora");
    let request = takealot(provider_keys::TAKEALOT_GOOD);
    changed.create(&dora, request).await.unwrap();
    let doras = prepared.read_credential(&dora, read(Marketplace::Takealot));
    doras.await.unwrap();
    let ada = ada();
    let forgotten = world
        .connections
        .read_credential(&ada, read(Marketplace::Takealot));
    assert!(
        matches!(forgotten.await, Err(ReadError::Misconfigured { .. })),
        "the process that was never given the new key says so"
    );
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_nothing_needs_is_retired_for_ever(#[case] kind: Kind) {
    let world = World::new(kind).await;
    with_two(&world).await;
    let keys = world.keys(keyring(NEW, &[OLD])).await;
    let old = keyring(OLD, &[]).active_id().clone();
    let needed = keys.retire(&old).await.unwrap();
    let organizations = vec![organization(&ada()).clone(), organization(&bob()).clone()];
    let expected = Retirement::Needed {
        data_keys: 2,
        organizations,
    };
    assert_eq!(needed, expected);
    let own = keyring(NEW, &[]).active_id().clone();
    assert_eq!(keys.retire(&own).await.unwrap(), Retirement::Active);

    keys.rotate(Rotate::default(), |_| {}).await.unwrap();
    assert_eq!(keys.retire(&old).await.unwrap(), Retirement::Withdrawn);
    assert_eq!(keys.retire(&old).await.unwrap(), Retirement::Withdrawn);
    both_open(&world.neighbour_with(keyring(NEW, &[])).await).await;

    // A process that was forgotten cannot bring it back.
    let carol = caller("mills", "carol");
    let request = takealot(provider_keys::TAKEALOT_GOOD);
    let refused = world.connections.create(&carol, request).await;
    assert!(
        matches!(
            &refused,
            Err(ConnectionError::Secret(SecretStoreError::Storage(StorageError::WithdrawnKey { id }))) if *id == old
        ),
        "{refused:?}"
    );
    let keys = world.keys(keyring(OLD, &[NEW])).await;
    let back = keys.rotate(Rotate::default(), |_| {}).await.unwrap();
    assert_eq!((back.rewrapped, back.failed.len()), (0, 2));
    let unknown = MasterKeyId::new("0123456789abcdef").unwrap();
    assert_eq!(keys.retire(&unknown).await.unwrap(), Retirement::Withdrawn);
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_keys_are_wrapped_anew_under_the_same_key_when_that_is_asked_for(#[case] kind: Kind) {
    let world = World::new(kind).await;
    with_two(&world).await;
    let keys = world.keys(keyring(OLD, &[])).await;
    let before = active(&world, &ada()).await;
    assert_eq!(
        keys.rotate(Rotate::default(), |_| {})
            .await
            .unwrap()
            .rewrapped,
        0
    );
    assert_eq!(active(&world, &ada()).await, before);
    let again = Rotate {
        again: true,
        ..Rotate::default()
    };
    assert_eq!(keys.rotate(again, |_| {}).await.unwrap().rewrapped, 2);
    let after = active(&world, &ada()).await;
    assert_eq!(after.id, before.id);
    assert_ne!(after.wrapped, before.wrapped);
    both_open(&world.neighbour().await).await;
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resealing_changes_the_data_key_and_destroys_the_old_one(#[case] kind: Kind) {
    let world = World::new(kind).await;
    with_two(&world).await;
    let (old, now) = (active(&world, &ada()).await, sealed(&world).await);
    let young = reseal(&world, &Reseal::default()).await;
    assert_eq!((young.organizations, young.made, young.young), (2, 0, 2));
    assert_eq!(active(&world, &ada()).await, old);

    world.clock.advance(TimeDelta::days(1));
    let one = Reseal {
        organization: Some(organization(&ada()).clone()),
        ..Reseal::default()
    };
    let report = reseal(&world, &one).await;
    assert_eq!(
        (report.organizations, report.made, report.resealed),
        (1, 1, 1)
    );
    assert_eq!((report.dropped, report.kept), (1, 0));
    assert_ne!(active(&world, &ada()).await.id, old.id);
    let database = world.database().await;
    let gone = data_keys(&database)
        .find(organization(&ada()), &old.id)
        .await;
    assert_eq!(gone.unwrap(), None);
    // A process that still remembers the old key, and one that does not.
    both_open(&world.connections).await;
    both_open(&world.neighbour().await).await;

    let rest = reseal(&world, &Reseal::default()).await;
    assert_eq!(
        (rest.made, rest.young, rest.resealed),
        (1, 1, 1),
        "it goes on where it was"
    );
    assert_eq!(sealed(&world).await, now, "as many keys as before");
    let again = reseal(&world, &all_again()).await;
    assert_eq!((again.made, again.resealed, again.dropped), (2, 2, 2));
    both_open(&world.neighbour().await).await;
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_and_refreshes_never_fail_meanwhile(#[case] kind: Kind) {
    let world = Arc::new(World::new(kind).await);
    with_two(&world).await;
    world.create(amazon(provider_keys::AMAZON_GOOD)).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let readers = (0..2).map(|_| {
        let (world, is_over) = (world.clone(), is_over.clone());
        tokio::spawn(async move {
            let mut reads = 0;
            while !is_over.load(Ordering::SeqCst) {
                // One that remembers no key.
                let process = world.neighbour().await;
                both_open(&process).await;
                // Tokens run out after an hour.
                world.clock.advance(TimeDelta::minutes(61));
                let read = process
                    .read_credential(&ada(), read(Marketplace::Amazon))
                    .await;
                assert!(read.is_ok(), "{read:?}");
                process.drain().await;
                reads += 1;
            }
            reads
        })
    });
    let readers: Vec<_> = readers.collect();
    for _ in 0..30 {
        let keys = world.keys(keyring(OLD, &[])).await;
        let report = keys.reseal(&all_again(), |_| {}).await.unwrap();
        assert!(report.failed.is_empty(), "{:?}", report.failed);
    }
    is_over.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    assert_eq!(sealed(&world).await.by_inactive, 0);
    both_open(&world.neighbour().await).await;
}

#[rstest]
#[case(Kind::Sqlite)]
#[case(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_once_do_no_harm(#[case] kind: Kind) {
    let world = Arc::new(World::new(kind).await);
    with_two(&world).await;
    for (again, master) in [(false, OLD), (true, OLD), (true, NEW), (true, OLD)] {
        let runs = (0..2).map(|_| {
            let world = world.clone();
            tokio::spawn(async move {
                let other = if master == OLD { NEW } else { OLD };
                let keys = world.keys(keyring(master, &[other])).await;
                keys.rotate(Rotate::default(), |_| {}).await.unwrap();
                let order = Reseal {
                    again,
                    ..Reseal::default()
                };
                keys.reseal(&order, |_| {}).await.unwrap()
            })
        });
        for run in runs.collect::<Vec<_>>() {
            let report = run.await.unwrap();
            assert!(report.failed.is_empty(), "{:?}", report.failed);
        }
        both_open(&world.neighbour_with(keyring(master, &[])).await).await;
    }
    let last = reseal(&world, &Reseal::default()).await;
    assert_eq!(last.kept, 0);
    let expected = SealedCount {
        credentials: 2,
        by_inactive: 0,
        active_keys: 2,
        inactive_keys: 0,
    };
    assert_eq!(sealed(&world).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_credential_is_named_and_keeps_its_key() {
    let world = World::new(Kind::Sqlite).await;
    with_two(&world).await;
    let database = world.database().await;
    let old = active(&world, &ada()).await;
    let mut file = SqliteConnection::establish(world.file()).unwrap();
    file.batch_execute(
        "UPDATE credentials SET secret = substr(secret, 1, length(secret) - 4) || 'AAAA' \
         WHERE organization_id = 'engines'",
    )
    .unwrap();
    let keys = world.keys(keyring(OLD, &[])).await;
    let report = keys.reseal(&all_again(), |_| {}).await.unwrap();
    assert_eq!((report.resealed, report.dropped, report.kept), (1, 1, 1));
    let [(whose, Some(_), ConnectionError::Secret(SecretStoreError::DoesNotOpen))] =
        report.failed.as_slice()
    else {
        panic!("{:?}", report.failed)
    };
    assert_eq!(whose, organization(&ada()));
    let kept = data_keys(&database)
        .find(organization(&ada()), &old.id)
        .await;
    assert_eq!(kept.unwrap(), Some(old), "somebody may have a backup of it");
    let bob = bob();
    let bobs = world
        .connections
        .read_credential(&bob, read(Marketplace::Takealot));
    bobs.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_from_before_opens_with_the_retired_key() {
    let world = World::new(Kind::Sqlite).await;
    with_two(&world).await;
    let backup = TestDatabase::sqlite();
    let place = backup.url().strip_prefix("sqlite:").unwrap();
    let mut file = SqliteConnection::establish(world.file()).unwrap();
    file.batch_execute(&format!("VACUUM INTO '{place}'"))
        .unwrap();
    let keys = world.keys(keyring(NEW, &[OLD])).await;
    keys.rotate(Rotate::default(), |_| {}).await.unwrap();
    keys.reseal(&all_again(), |_| {}).await.unwrap();
    keys.retire(keyring(OLD, &[]).active_id()).await.unwrap();

    let restored = World::at(backup.url(), None, Death::at(None)).await;
    both_open(&restored.neighbour_with(keyring(NEW, &[OLD])).await).await;
    let without = restored.neighbour_with(keyring(NEW, &[])).await;
    let ada = ada();
    let read = without.read_credential(&ada, read(Marketplace::Takealot));
    assert!(read.await.is_err());
}
