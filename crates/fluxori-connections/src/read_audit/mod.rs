//! The audit of credential reads: counted and written in the background, bounded, and flushed at shutdown; or written
//! before the secret is handed out.

mod strict;
mod tally;
mod waiting;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent,
    ports::{AuditWriter, StorageError},
    telemetry::events,
};
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};

use strict::Strict;
pub(crate) use tally::Tally;
use waiting::{Stopped, Waiting};

/// Longest that an event waits for others, and that an append may take before readers wait for it.
const DELAY: Duration = Duration::from_secs(1);
/// Pause before a failed write is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long shutting down may take before waiting events are given up, loudly.
const FLUSH_DEADLINE: Duration = Duration::from_secs(10);

/// When a read of a credential is written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AuditReads {
    /// At most a second, or 1,000 events, after the secret was handed out.
    #[default]
    Batched,
    /// Before the secret is handed out, or it is not.
    Strict,
    /// Never.
    Off,
}

/// Where reads of a credential are noted. Cheap to clone.
///
/// Batched, reads that are equal in everything but their time, and lie within a second, become one event with their number.
/// At most 1,000 events are waiting, and none for longer than a second while the database answers: a reader waits
/// instead. Strict, a reader waits until its event is committed, together with those of all who ask meanwhile.
#[derive(Clone)]
pub struct ReadAudit(Arc<Mode>);

enum Mode {
    Batched(Arc<Waiting>),
    Strict(Strict),
    Off,
}

/// Ends the writer when nobody can note a read any more.
impl Drop for Mode {
    fn drop(&mut self) {
        if let Self::Batched(waiting) = self {
            waiting.stop();
        }
    }
}

/// The writer behind a [`ReadAudit`].
#[must_use = "shut it down, or the last second of the audit trail is lost"]
pub struct ReadAuditTask(Option<Writer>);

struct Writer {
    task: JoinHandle<()>,
    stop: Stop,
}

enum Stop {
    Batched(Arc<Waiting>),
    Strict(Arc<Notify>),
}

impl ReadAudit {
    /// Starts the writer on the present tokio runtime.
    pub fn start(writer: Arc<dyn AuditWriter>, reads: AuditReads) -> (Self, ReadAuditTask) {
        match reads {
            AuditReads::Batched => Self::start_with(writer, DELAY),
            AuditReads::Strict => {
                let (strict, task, stop) = Strict::start(writer);
                let stop = Stop::Strict(stop);
                let task = ReadAuditTask(Some(Writer { task, stop }));
                (Self(Arc::new(Mode::Strict(strict))), task)
            }
            AuditReads::Off => (Self(Arc::new(Mode::Off)), ReadAuditTask(None)),
        }
    }

    fn start_with(writer: Arc<dyn AuditWriter>, delay: Duration) -> (Self, ReadAuditTask) {
        let waiting = Arc::new(Waiting::new(delay));
        let task = tokio::spawn(run(writer, delay, Arc::clone(&waiting)));
        let audit = Self(Arc::new(Mode::Batched(Arc::clone(&waiting))));
        let stop = Stop::Batched(waiting);
        (audit, ReadAuditTask(Some(Writer { task, stop })))
    }

    /// How many events are not written yet, and whether the writer does not get on. Nothing waits unless reads are
    /// written in the background.
    #[must_use]
    pub fn backlog(&self) -> (usize, bool) {
        match &*self.0 {
            Mode::Batched(waiting) => (waiting.len(), waiting.is_late()),
            Mode::Strict(_) | Mode::Off => (0, false),
        }
    }

    /// Notes a read. Waits when too much is waiting already, or always, if strict.
    ///
    /// # Errors
    /// If strict, [`StorageError`] when it was not written: the secret must not be handed out. Otherwise a read after
    /// shutdown is only logged.
    pub(crate) async fn record(&self, event: AuditEvent) -> Result<(), StorageError> {
        match &*self.0 {
            Mode::Batched(waiting) => {
                let connection = event.connection;
                if let Err(Stopped) = waiting.add(event).await {
                    tracing::error!(
                        event = events::AUDIT_LOST,
                        %connection,
                        "a credential was read after the audit writer had stopped"
                    );
                }
                Ok(())
            }
            Mode::Strict(strict) => strict.write(event).await,
            Mode::Off => Ok(()),
        }
    }

    /// Notes one more read of the kind that `tally` counts, at `now`. Costs little when it is not the first for a while,
    /// unless strict.
    ///
    /// # Errors
    /// As [`ReadAudit::record`].
    pub(crate) async fn count(
        &self,
        tally: &Arc<Tally>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        match &*self.0 {
            Mode::Batched(waiting) => {
                if !waiting.is_late() && tally.count_if_noted() {
                    return Ok(());
                }
                if let Err(Stopped) = waiting.add_tally(tally, now).await {
                    let connection = tally.read().connection;
                    tracing::error!(
                        event = events::AUDIT_LOST,
                        %connection,
                        "a credential was read after the audit writer had stopped"
                    );
                }
                Ok(())
            }
            Mode::Strict(strict) => strict.write(tally.one(now)).await,
            Mode::Off => Ok(()),
        }
    }
}

impl ReadAuditTask {
    /// Writes what is waiting and stops. Gives up after ten seconds, and says so in the log.
    pub async fn shutdown(self) {
        let Some(writer) = self.0 else {
            return;
        };
        match writer.stop {
            Stop::Batched(waiting) => waiting.stop(),
            Stop::Strict(stop) => stop.notify_one(),
        }
        if timeout(FLUSH_DEADLINE, writer.task).await.is_err() {
            tracing::error!(
                event = events::AUDIT_LOST,
                "the audit of the last credential reads could not be written"
            );
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
                tracing::error!(
                    event = events::AUDIT_WAITS,
                    %error,
                    events = batch.len(),
                    "audit events wait for the database"
                );
                sleep(PAUSE).await;
            }
        }
    }
    waiting.set_late(false);
}

#[cfg(test)]
mod tests;
