//! What is waiting to be written, and who waits for room.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use fluxori_domain::AuditEvent;
use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, timeout_at},
};

use super::Tally;

/// Most events that may be waiting or on their way.
pub(super) const CAPACITY: usize = 1_000;
/// So many are written before their second is over; what is left of the capacity lets readers go on meanwhile.
pub(super) const BATCH: usize = 900;

/// The writer has stopped.
#[derive(Debug)]
pub(super) struct Stopped;

/// Reads that are not written yet.
pub(super) struct Waiting {
    /// Longest that an event waits for others.
    delay: Duration,
    events: Mutex<Events>,
    /// Something happened that the writer waits for.
    writer: Notify,
    /// Room for events that are not there yet.
    room: Semaphore,
    /// The writer does not get on.
    is_late: AtomicBool,
    /// The writer gets on again.
    in_time: Notify,
}

#[derive(Default)]
struct Events {
    reads: HashMap<Read, u32>,
    tallies: Vec<(Arc<Tally>, DateTime<Utc>)>,
    /// When the first of them came.
    since: Option<Instant>,
    phase: Phase,
}

/// How far the end has come.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Open,
    /// What is there is being written.
    Stopping,
    /// Nobody writes any more.
    Stopped,
}

impl Events {
    fn len(&self) -> usize {
        self.reads.len() + self.tallies.len()
    }
}

/// A read by what makes it equal to another.
pub(super) struct Read(pub(super) AuditEvent);

impl PartialEq for Read {
    fn eq(&self, other: &Self) -> bool {
        // Named one by one, so that a new field cannot be forgotten.
        let AuditEvent {
            id: _,
            scope,
            actor,
            connection,
            marketplace,
            kind,
            service,
            purpose,
            generation,
            outcome,
            request_id,
            at: _,
            occurrences: _,
        } = &self.0;
        let other = &other.0;
        *connection == other.connection
            && *generation == other.generation
            && *kind == other.kind
            && *purpose == other.purpose
            && *service == other.service
            && *request_id == other.request_id
            && *outcome == other.outcome
            && *marketplace == other.marketplace
            && *scope == other.scope
            && *actor == other.actor
    }
}

impl Eq for Read {}

impl Hash for Read {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Few kinds of read of one connection fall into one second.
        self.0.connection.hash(state);
        self.0.purpose.hash(state);
    }
}

impl Waiting {
    /// Nothing yet; no event is to wait for longer than `delay`.
    pub(super) fn new(delay: Duration) -> Self {
        Self {
            delay,
            events: Mutex::default(),
            writer: Notify::new(),
            room: Semaphore::new(CAPACITY),
            is_late: AtomicBool::new(false),
            in_time: Notify::new(),
        }
    }

    /// Adds a read, to an equal one if there is one.
    pub(super) async fn add(&self, read: AuditEvent) -> Result<(), Stopped> {
        self.until_in_time().await;
        let read = Read(read);
        if let Some(count) = self.open()?.reads.get_mut(&read) {
            *count = count.saturating_add(1);
            return Ok(());
        }
        let room = self.room.acquire().await.map_err(|_| Stopped)?;
        let mut events = self.open()?;
        if let Some(count) = events.reads.get_mut(&read) {
            *count = count.saturating_add(1);
        } else {
            events.reads.insert(read, 1);
            room.forget();
            self.note(events);
        }
        Ok(())
    }

    /// Adds a read to a tally, and the tally if it is not there.
    pub(super) async fn add_tally(
        &self,
        tally: &Arc<Tally>,
        at: DateTime<Utc>,
    ) -> Result<(), Stopped> {
        self.until_in_time().await;
        let room = self.room.acquire().await.map_err(|_| Stopped)?;
        let mut events = self.open()?;
        // Another reader may have been faster.
        if !tally.count_if_noted() {
            tally.begin();
            events.tallies.push((Arc::clone(tally), at));
            room.forget();
            self.note(events);
        }
        Ok(())
    }

    /// How many are waiting or on their way.
    pub(super) fn len(&self) -> usize {
        CAPACITY.saturating_sub(self.room.available_permits())
    }

    /// Whether readers have to wait for the writer.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.load(Ordering::Acquire)
    }

    /// Says whether the writer gets on.
    pub(super) fn set_late(&self, is_late: bool) {
        self.is_late.store(is_late, Ordering::Release);
        if !is_late {
            self.in_time.notify_waiters();
        }
    }

    /// Takes no new events any more; those that are there are still to be written.
    pub(super) fn stop(&self) {
        self.lock().phase = Phase::Stopping;
        self.room.close();
        self.set_late(false);
        self.writer.notify_one();
    }

    /// What is to be written next; waits for it. Nothing when all is written after [`Waiting::stop`].
    pub(super) async fn next_batch(&self) -> Option<Vec<AuditEvent>> {
        loop {
            let since = {
                let mut events = self.lock();
                let is_due = |since: Instant| since.elapsed() >= self.delay;
                if events.phase != Phase::Open && events.len() == 0 {
                    events.phase = Phase::Stopped;
                    return None;
                }
                if events.phase != Phase::Open
                    || events.len() >= BATCH
                    || events.since.is_some_and(is_due)
                {
                    return Some(self.take(&mut events));
                }
                events.since
            };
            let something = self.writer.notified();
            match since {
                None => something.await,
                // Either way there is something to look at.
                Some(since) => drop(timeout_at(since + self.delay, something).await),
            }
        }
    }

    /// Makes room for as many as have been written.
    pub(super) fn written(&self, events: usize) {
        self.room.add_permits(events);
    }

    /// Everything, each kind of read once.
    fn take(&self, events: &mut Events) -> Vec<AuditEvent> {
        let held = events.len();
        let mut reads = std::mem::take(&mut events.reads);
        for (tally, at) in events.tallies.drain(..) {
            let (read, count) = tally.take(at);
            reads
                .entry(Read(read))
                .and_modify(|sum| *sum = sum.saturating_add(count))
                .or_insert(count);
        }
        events.since = None;
        self.room.add_permits(held - reads.len());
        let counted = |(Read(read), occurrences)| AuditEvent {
            occurrences,
            ..read
        };
        reads.into_iter().map(counted).collect()
    }

    /// Tells the writer when there is something to do.
    fn note(&self, mut events: MutexGuard<'_, Events>) {
        let count = events.len();
        events.since.get_or_insert_with(Instant::now);
        drop(events);
        if count == 1 || count == BATCH {
            self.writer.notify_one();
        }
    }

    async fn until_in_time(&self) {
        while self.is_late() {
            let in_time = self.in_time.notified();
            if self.is_late() {
                in_time.await;
            }
        }
    }

    fn open(&self) -> Result<MutexGuard<'_, Events>, Stopped> {
        let events = self.lock();
        match events.phase {
            Phase::Open | Phase::Stopping => Ok(events),
            Phase::Stopped => Err(Stopped),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
