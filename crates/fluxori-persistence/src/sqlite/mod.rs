//! Embedded SQLite: a thread that writes, a thread that reads long lists, and connections for point reads in place.

pub(crate) mod dialect;
pub(crate) mod form;

mod file;
mod migrate;
mod worker;

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use diesel::SqliteConnection;
use fluxori_domain::ports::StorageError;

use crate::{DatabaseError, DatabaseSettings, failure::Failure};
use file::{Access, File};
use worker::Worker;

pub(crate) use migrate::{applied_versions, migrate};

/// Most connections for point reads.
const MOST_READERS: usize = 8;

/// How long a point read in place may wait for another program's lock, which WAL makes very rare. It holds up a
/// thread that serves others meanwhile.
const PATIENCE_IN_PLACE: Duration = Duration::from_millis(50);

/// One database file.
pub(crate) struct Sqlite {
    file: File,
    writer: Worker,
    lists: Worker,
    readers: Box<[Mutex<SqliteConnection>]>,
    turn: AtomicUsize,
}

impl Sqlite {
    /// Opens the file, which must exist.
    pub(crate) fn connect(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let file = File::from_settings(settings)?;
        if !file.exists() {
            return Err(DatabaseError::NoSuchFile);
        }
        let patience = settings.acquire_timeout;
        let writer = Worker::start("sqlite-writer", &file, Access::Write, patience)?;
        let lists = Worker::start("sqlite-lists", &file, Access::Read, patience)?;
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let readers = (0..cores.clamp(2, MOST_READERS))
            .map(|_| Ok(Mutex::new(file.open(Access::Read, PATIENCE_IN_PLACE)?)))
            .collect::<Result<_, DatabaseError>>()?;
        Ok(Self {
            file,
            writer,
            lists,
            readers,
            turn: AtomicUsize::new(0),
        })
    }

    /// The file, for logs.
    pub(crate) fn description(&self) -> String {
        format!("SQLite file {}", self.file.path())
    }

    /// A connection for one bounded point read on the caller's thread, which costs less than a change of thread.
    /// Must not be held across an await; the compiler sees to that in a `Send` future.
    pub(crate) fn reader(&self) -> MutexGuard<'_, SqliteConnection> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.readers.len();
        for offset in 0..count {
            match self.readers[(turn + offset) % count].try_lock() {
                Ok(reader) => return reader,
                Err(TryLockError::Poisoned(reader)) => return reader.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        // All are in the middle of a point read: none takes long.
        self.readers[turn % count]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a longer read on a thread of its own.
    pub(crate) async fn list<R, W>(&self, work: W) -> Result<R, Failure>
    where
        R: Send + 'static,
        W: FnOnce(&mut SqliteConnection) -> Result<R, Failure> + Send + 'static,
    {
        self.lists.run(work).await
    }

    /// Runs `work` in one transaction on the thread that writes. It ends there even when the caller is gone.
    pub(crate) async fn transaction<R, W>(&self, work: W) -> Result<R, Failure>
    where
        R: Send + 'static,
        W: FnOnce(&mut SqliteConnection) -> Result<R, Failure> + Send + 'static,
    {
        self.writer
            .run(move |connection| connection.immediate_transaction(work))
            .await
    }
}

/// The failure of a worker that ended without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the thread of the database ended without an answer")]
struct Unanswered;

impl From<Unanswered> for Failure {
    fn from(error: Unanswered) -> Self {
        StorageError::Unavailable(Box::new(error)).into()
    }
}
