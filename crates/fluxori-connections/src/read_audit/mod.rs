//! The audit of credential reads: equal ones are counted, written in the background, bounded, and flushed at shutdown.

mod tally;
mod waiting;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use fluxori_domain::{AuditEvent, ports::AuditWriter};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

pub(crate) use tally::Tally;
use waiting::{Stopped, Waiting};

/// Longest that an event waits for others, and that an append may take before readers wait for it.
const DELAY: Duration = Duration::from_secs(1);
/// Pause before a failed write is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long shutting down may take before waiting events are given up, loudly.
const FLUSH_DEADLINE: Duration = Duration::from_secs(10);

/// Where reads of a credential are noted. Cheap to clone.
///
/// Reads that are equal in everything but their time, and lie within a second, become one event with their number. At most
/// 1,000 events are waiting, and none for longer than a second while the database answers: a reader waits instead.
#[derive(Clone)]
pub struct ReadAudit(Arc<Open>);

/// Ends the writer when nobody can note a read any more.
struct Open(Arc<Waiting>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// The writer behind a [`ReadAudit`].
#[must_use = "shut it down, or the last second of the audit trail is lost"]
pub struct ReadAuditTask {
    task: JoinHandle<()>,
    waiting: Arc<Waiting>,
}

impl ReadAudit {
    /// Starts the writer on the present tokio runtime.
    pub fn start(writer: Arc<dyn AuditWriter>) -> (Self, ReadAuditTask) {
        Self::start_with(writer, DELAY)
    }

    fn start_with(writer: Arc<dyn AuditWriter>, delay: Duration) -> (Self, ReadAuditTask) {
        let waiting = Arc::new(Waiting::new(delay));
        let task = tokio::spawn(run(writer, delay, Arc::clone(&waiting)));
        let audit = Self(Arc::new(Open(Arc::clone(&waiting))));
        (audit, ReadAuditTask { task, waiting })
    }

    /// Notes a read. Waits when too much is waiting already; after shutdown, the read is only logged.
    pub(crate) async fn record(&self, event: AuditEvent) {
        let connection = event.connection;
        if let Err(Stopped) = self.0.0.add(event).await {
            tracing::error!(%connection, "a credential was read after the audit writer had stopped");
        }
    }

    /// Notes one more read of the kind that `tally` counts, at `now`. Costs little when it is not the first for a while.
    pub(crate) async fn count(&self, tally: &Arc<Tally>, now: DateTime<Utc>) {
        let waiting = &self.0.0;
        if !waiting.is_late() && tally.count_if_noted() {
            return;
        }
        if let Err(Stopped) = waiting.add_tally(tally, now).await {
            let connection = tally.read().connection;
            tracing::error!(%connection, "a credential was read after the audit writer had stopped");
        }
    }
}

impl ReadAuditTask {
    /// Writes what is waiting and stops. Gives up after ten seconds, and says so in the log.
    pub async fn shutdown(self) {
        self.waiting.stop();
        if timeout(FLUSH_DEADLINE, self.task).await.is_err() {
            tracing::error!("the audit of the last credential reads could not be written");
        }
    }
}

async fn run(writer: Arc<dyn AuditWriter>, delay: Duration, waiting: Arc<Waiting>) {
    while let Some(batch) = waiting.next_batch().await {
        let events = batch.len();
        write(&*writer, batch, delay, &waiting).await;
        waiting.written(events);
    }
}

/// Tries until it succeeds: an audit trail with holes is worth little, and the bounds keep memory bounded.
async fn write(
    writer: &dyn AuditWriter,
    batch: Vec<AuditEvent>,
    delay: Duration,
    waiting: &Waiting,
) {
    loop {
        let mut append = writer.append(batch.clone());
        let result = if let Ok(result) = timeout(delay, &mut append).await {
            result
        } else {
            waiting.set_late(true);
            append.await
        };
        match result {
            Ok(()) => break,
            Err(error) => {
                waiting.set_late(true);
                tracing::error!(%error, events = batch.len(), "audit events wait for the database");
                sleep(PAUSE).await;
            }
        }
    }
    waiting.set_late(false);
}

#[cfg(test)]
mod tests;
