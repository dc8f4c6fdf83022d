//! Reads that are written before the secret is handed out.

use std::{collections::HashMap, sync::Arc};

use fluxori_domain::{
    AuditEvent,
    ports::{AuditWriter, StorageError},
    telemetry::events,
};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use super::waiting::{BATCH, CAPACITY, Read};

/// Why a read was not written, for everyone who waited for the same append.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the audit of the read was not written")]
struct NotWritten(#[source] Arc<StorageError>);

/// The writer has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the audit writer has stopped")]
struct Stopped;

impl From<NotWritten> for StorageError {
    fn from(error: NotWritten) -> Self {
        if error.0.is_transient() {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Refused(Box::new(error))
        }
    }
}

/// A read, and who waits until it is written.
type Asked = (AuditEvent, oneshot::Sender<Result<(), NotWritten>>);

/// Where reads go. One append is under way at a time; who asks meanwhile shares the next.
pub(super) struct Strict(mpsc::Sender<Asked>);

impl Strict {
    /// Starts the writer, which ends when it is told to or when nobody can ask any more.
    pub(super) fn start(writer: Arc<dyn AuditWriter>) -> (Self, JoinHandle<()>, Arc<Notify>) {
        let (asked, queue) = mpsc::channel(CAPACITY);
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(run(writer, queue, Arc::clone(&stop)));
        (Self(asked), task, stop)
    }

    /// Returns when the read is written.
    pub(super) async fn write(&self, read: AuditEvent) -> Result<(), StorageError> {
        let stopped = || StorageError::Unavailable(Box::new(Stopped));
        let (answer, answered) = oneshot::channel();
        let sent = self.0.send((read, answer)).await;
        sent.map_err(|_| stopped())?;
        let result = answered.await.map_err(|_| stopped())?;
        Ok(result?)
    }
}

async fn run(writer: Arc<dyn AuditWriter>, mut queue: mpsc::Receiver<Asked>, stop: Arc<Notify>) {
    let mut asked = Vec::new();
    loop {
        tokio::select! {
            _ = queue.recv_many(&mut asked, BATCH) => {}
            () = stop.notified() => {
                // Those who asked before are still answered.
                queue.close();
                continue;
            }
        }
        if asked.is_empty() {
            return;
        }
        let (events, waiting) = together(asked.drain(..));
        let result = writer.append(events).await;
        let result = result.map_err(|error| NotWritten(Arc::new(error)));
        if let Err(error) = &result {
            tracing::error!(
                event = events::AUDIT_REFUSED,
                %error,
                reads = waiting.len(),
                "credentials were not handed out"
            );
        }
        for answer in waiting {
            // Whoever asked may be gone.
            let _ = answer.send(result.clone());
        }
    }
}

/// The events to write, equal reads as one with their number, and who waits for them.
fn together(
    asked: impl Iterator<Item = Asked>,
) -> (
    Vec<AuditEvent>,
    Vec<oneshot::Sender<Result<(), NotWritten>>>,
) {
    let mut reads: HashMap<Read, u32> = HashMap::new();
    let mut waiting = Vec::new();
    for (event, answer) in asked {
        let count = reads.entry(Read(event)).or_default();
        *count = count.saturating_add(1);
        waiting.push(answer);
    }
    let events = reads
        .into_iter()
        .map(|(Read(read), occurrences)| AuditEvent {
            occurrences,
            ..read
        });
    (events.collect(), waiting)
}
