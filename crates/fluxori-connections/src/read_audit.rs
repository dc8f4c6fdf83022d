//! The audit of credential reads: written in the background, bounded, and flushed at shutdown.

use std::{sync::Arc, time::Duration};

use fluxori_domain::{AuditEvent, ports::AuditWriter};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep, timeout, timeout_at},
};

/// Most events that may be waiting. A reader waits for room rather than lose its event.
const CAPACITY: usize = 1_000;
/// Most events that one statement writes: half the capacity, so that readers go on while it runs.
const BATCH: usize = CAPACITY / 2;
/// Longest that an event waits for others.
const DELAY: Duration = Duration::from_secs(1);
/// Pause before a failed write is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long shutting down may take before waiting events are given up, loudly.
const FLUSH_DEADLINE: Duration = Duration::from_secs(10);

/// Where reads of a credential are noted. Cheap to clone.
#[derive(Clone)]
pub struct ReadAudit {
    events: mpsc::Sender<AuditEvent>,
}

/// The writer behind a [`ReadAudit`].
#[must_use = "shut it down, or the last second of the audit trail is lost"]
pub struct ReadAuditTask {
    task: JoinHandle<()>,
    stop: mpsc::Sender<()>,
}

impl ReadAudit {
    /// Starts the writer on the present tokio runtime.
    pub fn start(writer: Arc<dyn AuditWriter>) -> (Self, ReadAuditTask) {
        let (events, received) = mpsc::channel(CAPACITY - BATCH);
        let (stop, stopped) = mpsc::channel(1);
        let task = tokio::spawn(run(writer, received, stopped));
        (Self { events }, ReadAuditTask { task, stop })
    }

    /// Notes an event. Waits when too many are waiting already; after shutdown, the event is only logged.
    pub(crate) async fn record(&self, event: AuditEvent) {
        if let Err(lost) = self.events.send(event).await {
            tracing::error!(
                connection = %lost.0.connection,
                "a credential was read after the audit writer had stopped"
            );
        }
    }
}

impl ReadAuditTask {
    /// Writes what is waiting and stops. Gives up after ten seconds, and says so in the log.
    pub async fn shutdown(self) {
        // A writer that is already gone has nothing left to write.
        let _ = self.stop.send(()).await;
        if timeout(FLUSH_DEADLINE, self.task).await.is_err() {
            tracing::error!("the audit of the last credential reads could not be written");
        }
    }
}

async fn run(
    writer: Arc<dyn AuditWriter>,
    mut received: mpsc::Receiver<AuditEvent>,
    mut stopped: mpsc::Receiver<()>,
) {
    let mut running = true;
    while running {
        let mut batch = Vec::with_capacity(BATCH);
        tokio::select! {
            biased;
            count = received.recv_many(&mut batch, BATCH) => running = count > 0,
            _ = stopped.recv() => { received.close(); running = false; }
        }
        if running {
            let deadline = Instant::now() + DELAY;
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                tokio::select! {
                    biased;
                    more = timeout_at(deadline, received.recv_many(&mut batch, room)) => {
                        if !matches!(more, Ok(count) if count > 0) { break; }
                    }
                    _ = stopped.recv() => { received.close(); running = false; break; }
                }
            }
        }
        write(&*writer, batch).await;
    }
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if received.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        write(&*writer, batch).await;
    }
}

/// Tries until it succeeds: an audit trail with holes is worth little, and the bounded queue keeps memory bounded.
async fn write(writer: &dyn AuditWriter, batch: Vec<AuditEvent>) {
    if batch.is_empty() {
        return;
    }
    while let Err(error) = writer.append(batch.clone()).await {
        tracing::error!(%error, events = batch.len(), "audit events wait for the database");
        sleep(PAUSE).await;
    }
}
