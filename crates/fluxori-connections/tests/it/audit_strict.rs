//! When a read is written down: before the secret is handed out, soon afterwards, or never.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use fluxori_connections::{AuditReads, ReadError};
use fluxori_domain::{
    AuditEvent, AuditKind, Marketplace, PageRequest,
    ports::{AuditWriter, StorageError},
};
use fluxori_persistence::Database;
use fluxori_test_support::providers::keys;
use rstest::rstest;

use crate::world::{Kind, World, ada, read, takealot};

/// A database that does not take events for a while.
struct Moody {
    real: Arc<Database>,
    is_away: Arc<AtomicBool>,
}

#[async_trait]
impl AuditWriter for Moody {
    async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StorageError> {
        if self.is_away.load(Ordering::Acquire) {
            return Err(StorageError::Unavailable("away".into()));
        }
        self.real.append(events).await
    }
}

/// How many reads the trail of the world's only connection tells of.
async fn reads(world: &World) -> u32 {
    let id = world.all(&ada()).await[0].id;
    let page = PageRequest {
        after: None,
        limit: 100,
    };
    let events = world
        .connections
        .events(&ada().scope, id, page)
        .await
        .unwrap();
    let reads = events
        .items
        .iter()
        .filter(|event| event.kind == AuditKind::CredentialRead);
    reads.map(|event| event.occurrences).sum()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_handed_out_only_after_its_read_is_written(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let is_away = Arc::new(AtomicBool::new(false));
    let moody = |real| -> Arc<dyn AuditWriter> {
        let is_away = Arc::clone(&is_away);
        Arc::new(Moody { real, is_away })
    };
    let (strict, task) = world.neighbour_auditing(AuditReads::Strict, moody).await;
    for number in 1..=3 {
        strict
            .read_credential(&ada(), read(Marketplace::Takealot))
            .await
            .unwrap();
        assert_eq!(reads(&world).await, number, "at once");
    }
    is_away.store(true, Ordering::Release);
    let refused = strict
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    assert!(
        matches!(refused, Err(ReadError::Unavailable { .. })),
        "{refused:?}"
    );
    is_away.store(false, Ordering::Release);
    strict
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await
        .unwrap();
    assert_eq!(reads(&world).await, 4);
    task.shutdown().await;
    let refused = strict
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    assert!(
        matches!(refused, Err(ReadError::Unavailable { .. })),
        "{refused:?}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_strict_readers_are_all_in_the_trail(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let plain = |real: Arc<Database>| -> Arc<dyn AuditWriter> { real };
    let (strict, task) = world.neighbour_auditing(AuditReads::Strict, plain).await;
    let readers = (0..8).map(|_| {
        let strict = strict.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                strict
                    .read_credential(&ada(), read(Marketplace::Takealot))
                    .await
                    .unwrap();
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    assert_eq!(reads(&world).await, 80);
    task.shutdown().await;
}

#[rstest]
#[tokio::test]
async fn reads_leave_no_trace_where_that_is_off(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let plain = |real: Arc<Database>| -> Arc<dyn AuditWriter> { real };
    let (off, task) = world.neighbour_auditing(AuditReads::Off, plain).await;
    off.read_credential(&ada(), read(Marketplace::Takealot))
        .await
        .unwrap();
    task.shutdown().await;
    assert_eq!(reads(&world).await, 0);
}
