use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    AuditEventId, AuditKind, ConnectionId, Generation, Marketplace, OrganizationId, Purpose,
    ServiceName, TenantScope, UserId, ports::StorageError,
};
use tokio::sync::Semaphore;

use super::*;

/// Keeps what is written, as soon as it is allowed to.
struct Shelf {
    written: Mutex<Vec<Vec<AuditEvent>>>,
    failures: AtomicUsize,
    allowed: Semaphore,
}

impl Shelf {
    fn new(allowed: usize) -> Arc<Self> {
        Arc::new(Self {
            written: Mutex::default(),
            failures: AtomicUsize::new(0),
            allowed: Semaphore::new(allowed),
        })
    }

    fn batches(&self) -> Vec<Vec<AuditEvent>> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.clone()
    }

    fn occurrences(&self) -> u32 {
        let batches = self.batches();
        batches
            .iter()
            .flatten()
            .map(|event| event.occurrences)
            .sum()
    }
}

#[async_trait]
impl AuditWriter for Shelf {
    async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StorageError> {
        self.allowed.acquire().await.unwrap().forget();
        if self.failures.load(Ordering::Acquire) > 0 {
            self.failures.fetch_sub(1, Ordering::AcqRel);
            return Err(StorageError::Unavailable("not now".into()));
        }
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push(events);
        Ok(())
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn read_of(connection: ConnectionId) -> AuditEvent {
    let organization = OrganizationId::new("engines").unwrap();
    AuditEvent {
        id: AuditEventId::make(now()),
        scope: TenantScope::new(organization, UserId::new("ada").unwrap()),
        actor: None,
        connection,
        marketplace: Marketplace::Takealot,
        kind: AuditKind::CredentialRead,
        service: ServiceName::new("stock-sync").unwrap(),
        purpose: None,
        generation: Some(Generation::FIRST),
        outcome: None,
        request_id: None,
        at: now(),
        occurrences: 1,
    }
}

fn read() -> AuditEvent {
    read_of(ConnectionId::from_uuid(uuid::Uuid::nil()))
}

const ANY: usize = 1_000;
const SOON: Duration = Duration::from_millis(1);

/// Waits until something has happened.
async fn until(happened: impl Fn() -> bool) {
    while !happened() {
        tokio::task::yield_now().await;
    }
}

fn is_late(task: &ReadAuditTask) -> bool {
    matches!(&task.0, Some(Writer { stop: Stop::Batched(waiting), .. }) if waiting.is_late())
}

/// Whether there is nothing to be had for the asking.
async fn is_pending<T>(future: &mut (impl Future<Output = T> + Unpin)) -> bool {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

#[tokio::test]
async fn equal_reads_become_the_first_of_them_with_their_number() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    let first = read();
    audit.record(first.clone()).await.unwrap();
    for number in 1..5 {
        let at = now() + TimeDelta::milliseconds(number);
        audit.record(AuditEvent { at, ..read() }).await.unwrap();
    }
    task.shutdown().await;
    let expected = AuditEvent {
        occurrences: 5,
        ..first
    };
    assert_eq!(shelf.batches(), [vec![expected]]);
}

#[tokio::test]
async fn reads_that_differ_in_anything_but_their_time_stay_apart() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    let other_user = TenantScope::new(
        OrganizationId::new("engines").unwrap(),
        UserId::new("eve").unwrap(),
    );
    let different = [
        read(),
        read_of(ConnectionId::make(now())),
        AuditEvent {
            generation: Some(Generation::FIRST.next()),
            ..read()
        },
        AuditEvent {
            purpose: Some(Purpose::new("order import").unwrap()),
            ..read()
        },
        AuditEvent {
            service: ServiceName::new("order-sync").unwrap(),
            ..read()
        },
        AuditEvent {
            request_id: Some("r-1".parse().unwrap()),
            ..read()
        },
        AuditEvent {
            scope: other_user,
            ..read()
        },
    ];
    for event in different.iter().chain(&different) {
        audit.record(event.clone()).await.unwrap();
    }
    task.shutdown().await;
    let [batch] = &*shelf.batches() else {
        panic!("more than one batch")
    };
    assert_eq!(batch.len(), different.len());
    assert!(batch.iter().all(|event| event.occurrences == 2));
}

#[tokio::test]
async fn equal_reads_of_another_moment_are_another_event() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start_with(shelf.clone(), SOON);
    audit.record(read()).await.unwrap();
    until(|| shelf.batches().len() == 1).await;
    audit.record(read()).await.unwrap();
    task.shutdown().await;
    let events: Vec<_> = shelf.batches().concat();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.occurrences == 1));
}

#[tokio::test]
async fn a_tally_becomes_one_event_with_the_equal_reads_that_were_noted_one_by_one() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    let tally = Arc::new(Tally::new(read()));
    audit.record(read()).await.unwrap();
    for _ in 0..5 {
        audit.count(&tally, now()).await.unwrap();
    }
    task.shutdown().await;
    let expected: Vec<_> = shelf.batches().concat();
    assert_eq!((expected.len(), shelf.occurrences()), (1, 6));
}

#[tokio::test]
async fn a_tally_that_was_written_begins_anew() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start_with(shelf.clone(), SOON);
    let tally = Arc::new(Tally::new(read()));
    let later = now() + TimeDelta::seconds(5);
    audit.count(&tally, now()).await.unwrap();
    until(|| shelf.batches().len() == 1).await;
    audit.count(&tally, later).await.unwrap();
    task.shutdown().await;
    let events = shelf.batches().concat();
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.at, event.occurrences))
        .collect();
    assert_eq!(seen, [(now(), 1), (later, 1)]);
    assert_ne!(events[0].id, events[1].id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_is_lost_between_a_tally_and_its_writer() {
    let shelf = Shelf::new(100_000);
    let (audit, task) = ReadAudit::start_with(shelf.clone(), SOON);
    let tally = Arc::new(Tally::new(read()));
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let (audit, tally) = (audit.clone(), Arc::clone(&tally));
            tokio::spawn(async move {
                for number in 0..5_000 {
                    audit.count(&tally, now()).await.unwrap();
                    if number % 500 == 0 {
                        tokio::time::sleep(SOON).await;
                    }
                }
            })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap();
    }
    task.shutdown().await;
    assert_eq!(shelf.occurrences(), 40_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_of_eight_readers_is_lost_or_counted_twice() {
    let shelf = Shelf::new(100_000);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    let connections: Arc<[_]> = (0..1_500).map(|_| ConnectionId::make(now())).collect();
    let readers: Vec<_> = (0..8)
        .map(|reader| {
            let (audit, connections) = (audit.clone(), Arc::clone(&connections));
            tokio::spawn(async move {
                for number in 0..3_000 {
                    let connection = connections[(number * 7 + reader) % connections.len()];
                    audit.record(read_of(connection)).await.unwrap();
                }
            })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap();
    }
    task.shutdown().await;
    assert_eq!(shelf.occurrences(), 24_000);
}

#[tokio::test]
async fn a_failed_write_is_tried_again_as_it_was_and_readers_wait_for_it() {
    let shelf = Shelf::new(0);
    shelf.failures.store(1, Ordering::Release);
    let (audit, task) = ReadAudit::start_with(shelf.clone(), SOON);
    audit.record(read()).await.unwrap();
    until(|| is_late(&task)).await;
    let mut waiting = Box::pin(audit.record(read()));
    assert!(is_pending(&mut waiting).await, "the write hangs");
    shelf.allowed.add_permits(1);
    until(|| shelf.failures.load(Ordering::Acquire) == 0).await;
    assert!(is_pending(&mut waiting).await, "the write failed");
    shelf.allowed.add_permits(ANY);
    waiting.await.unwrap();
    task.shutdown().await;
    assert_eq!(shelf.batches().len(), 2);
    assert_eq!(shelf.occurrences(), 2);
}

#[tokio::test]
async fn a_reader_waits_for_room_rather_than_outrun_the_writer() {
    let shelf = Shelf::new(0);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    for _ in 0..1_000 {
        audit
            .record(read_of(ConnectionId::make(now())))
            .await
            .unwrap();
    }
    let mut waiting = Box::pin(audit.record(read()));
    assert!(is_pending(&mut waiting).await);
    shelf.allowed.add_permits(ANY);
    waiting.await.unwrap();
    task.shutdown().await;
    assert_eq!(shelf.occurrences(), 1_001);
}

#[tokio::test]
async fn a_read_after_the_end_is_not_kept() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    task.shutdown().await;
    audit.record(read()).await.unwrap();
    assert_eq!(shelf.occurrences(), 0);
}

#[tokio::test]
async fn the_writer_ends_with_the_last_who_could_note_a_read() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Batched);
    audit.record(read()).await.unwrap();
    drop(audit);
    task.0.unwrap().task.await.unwrap();
    assert_eq!(shelf.occurrences(), 1);
}

#[tokio::test]
async fn a_strict_read_waits_until_it_is_written_and_shares_the_append_with_others() {
    let shelf = Shelf::new(0);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Strict);
    let tally = Arc::new(Tally::new(read()));
    let mut first = Box::pin(audit.record(read()));
    assert!(is_pending(&mut first).await);
    tokio::task::yield_now().await;
    let mut others: Vec<_> = (0..3)
        .map(|_| Box::pin(audit.count(&tally, now())))
        .collect();
    for other in &mut others {
        assert!(is_pending(other).await);
    }
    shelf.allowed.add_permits(1);
    first.await.unwrap();
    for other in &mut others {
        assert!(is_pending(other).await, "its own append has not begun");
    }
    shelf.allowed.add_permits(1);
    for other in others {
        other.await.unwrap();
    }
    let counts: Vec<Vec<u32>> = shelf
        .batches()
        .iter()
        .map(|batch| batch.iter().map(|event| event.occurrences).collect())
        .collect();
    assert_eq!(counts, [vec![1], vec![3]]);
    task.shutdown().await;
}

#[tokio::test]
async fn a_strict_read_that_is_not_written_fails_and_so_does_one_after_shutdown() {
    let shelf = Shelf::new(ANY);
    shelf.failures.store(1, Ordering::Release);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Strict);
    let error = audit.record(read()).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    audit.record(read()).await.unwrap();
    let waiting = audit.record(read());
    let ((), result) = tokio::join!(task.shutdown(), waiting);
    drop(result);
    assert!(audit.record(read()).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn no_strict_read_that_was_asked_for_is_lost_at_shutdown() {
    let shelf = Shelf::new(0);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Strict);
    let mut reads: Vec<_> = (0..4).map(|_| Box::pin(audit.record(read()))).collect();
    for read in &mut reads {
        assert!(is_pending(read).await);
    }
    let mut end = Box::pin(task.shutdown());
    assert!(is_pending(&mut end).await);
    shelf.allowed.add_permits(ANY);
    end.await;
    for read in reads {
        read.await.unwrap();
    }
    assert_eq!(shelf.occurrences(), 4);
}

#[tokio::test]
async fn reads_are_not_written_where_that_is_off() {
    let shelf = Shelf::new(ANY);
    let (audit, task) = ReadAudit::start(shelf.clone(), AuditReads::Off);
    let tally = Arc::new(Tally::new(read()));
    audit.record(read()).await.unwrap();
    audit.count(&tally, now()).await.unwrap();
    task.shutdown().await;
    assert!(shelf.batches().is_empty());
}
