//! Embedded SQLite: a thread that writes, a thread that reads long lists, and connections for point reads in place.

pub(crate) mod dialect;
pub(crate) mod form;
pub(crate) mod trail;

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
}

thread_local! {
    /// Threads are numbered in the order in which they first read: each comes back to the connection that it used before, as
    /// long as there are no more threads than connections.
    static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

static THREADS: AtomicUsize = AtomicUsize::new(0);

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
        })
    }

    /// The file, for logs.
    pub(crate) fn description(&self) -> String {
        format!("SQLite file {}", self.file.path())
    }

    /// A connection for one bounded point read on the caller's thread, which costs less than a change of thread.
    /// Must not be held across an await; the compiler sees to that in a `Send` future.
    pub(crate) fn reader(&self) -> MutexGuard<'_, SqliteConnection> {
        let number = NUMBER.with(|number| *number);
        let count = self.readers.len();
        for offset in 0..count {
            match self.readers[(number + offset) % count].try_lock() {
                Ok(reader) => return reader,
                Err(TryLockError::Poisoned(reader)) => return reader.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        // All are in the middle of a point read: none takes long.
        self.readers[number % count]
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

#[cfg(test)]
mod tests {
    use diesel::{
        RunQueryDsl as _, connection::SimpleConnection as _, dsl::sql, sql_types::Integer,
    };
    use fluxori_domain::SecretText;
    use tempfile::TempDir;

    use super::*;

    /// A database with one table.
    async fn open() -> (TempDir, Sqlite) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.sqlite");
        let url = format!("sqlite:{}", path.display());
        let settings = DatabaseSettings::new(SecretText::new(url));
        File::from_settings(&settings).unwrap().create().unwrap();
        let database = Sqlite::connect(&settings).unwrap();
        execute(&database, "CREATE TABLE numbers (n INTEGER NOT NULL)")
            .await
            .unwrap();
        (folder, database)
    }

    async fn execute(database: &Sqlite, statements: &'static str) -> Result<(), StorageError> {
        let work =
            move |connection: &mut SqliteConnection| Ok(connection.batch_execute(statements)?);
        database
            .transaction(work)
            .await
            .map_err(dialect::storage_error)
    }

    fn count(database: &Sqlite) -> i32 {
        sql::<Integer>("SELECT count(*) FROM numbers")
            .get_result(&mut *database.reader())
            .unwrap()
    }

    #[tokio::test]
    async fn a_full_disk_is_unavailable_until_there_is_room_and_stores_nothing_by_halves() {
        let (_folder, database) = open().await;
        execute(&database, "PRAGMA max_page_count = 10")
            .await
            .unwrap();
        let fill = "INSERT INTO numbers VALUES (1); \
                    INSERT INTO numbers WITH RECURSIVE many(n) AS \
                    (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 100000) SELECT n FROM many";
        let error = execute(&database, fill).await.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        assert_eq!(count(&database), 0);
        execute(&database, "PRAGMA max_page_count = 100000")
            .await
            .unwrap();
        execute(&database, "INSERT INTO numbers VALUES (1)")
            .await
            .unwrap();
        assert_eq!(count(&database), 1);
    }

    #[tokio::test]
    async fn a_job_that_panics_fails_alone_and_its_transaction_with_it() {
        let (_folder, database) = open().await;
        let work = |connection: &mut SqliteConnection| -> Result<(), Failure> {
            connection.batch_execute("INSERT INTO numbers VALUES (1)")?;
            panic!("as a defect would");
        };
        let error = database
            .transaction(work)
            .await
            .map_err(dialect::storage_error)
            .unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        execute(&database, "INSERT INTO numbers VALUES (2)")
            .await
            .unwrap();
        assert_eq!(count(&database), 1);
    }

    #[tokio::test]
    async fn a_connection_for_reading_does_not_write() {
        let (_folder, database) = open().await;
        let written = database
            .reader()
            .batch_execute("INSERT INTO numbers VALUES (1)");
        let error = dialect::storage_error(written.unwrap_err().into());
        assert!(error.is_transient(), "{error:?}");
        assert_eq!(count(&database), 0);
    }
}
