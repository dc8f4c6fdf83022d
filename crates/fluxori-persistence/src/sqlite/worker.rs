use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use diesel::{
    SqliteConnection,
    connection::{AnsiTransactionManager, TransactionManager as _},
};
use fluxori_domain::ports::StorageError;
use tokio::sync::oneshot;

use super::{
    Unanswered,
    file::{Access, File},
};
use crate::{DatabaseError, failure::Failure};

/// Something to do with the connection of a worker, or with the reason why there is none.
type Job = Box<dyn FnOnce(Result<&mut SqliteConnection, DatabaseError>) + Send>;

/// A thread with a connection of its own. It ends when the last handle is gone and the jobs are done.
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    /// Opens the connection and starts the thread.
    pub(super) fn start(
        name: &str,
        file: &File,
        access: Access,
        patience: Duration,
    ) -> Result<Self, DatabaseError> {
        let connection = file.open(access, patience)?;
        let (jobs, queue) = mpsc::channel();
        let file = file.clone();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&queue, connection, || file.open(access, patience)))
            .map_err(|error| DatabaseError::UnusableFile(Box::new(error)))?;
        Ok(Self { jobs })
    }

    /// Runs `work` on the thread, unless the caller has gone before its turn; then it never begins.
    pub(super) async fn run<R, W>(&self, work: W) -> Result<R, Failure>
    where
        R: Send + 'static,
        W: FnOnce(&mut SqliteConnection) -> Result<R, Failure> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            if answer.is_closed() {
                return;
            }
            let result = match connection {
                Ok(connection) => work(connection),
                Err(error) => Err(StorageError::Unavailable(Box::new(error)).into()),
            };
            // Nobody may be listening any more.
            let _ = answer.send(result);
        });
        self.jobs.send(job).map_err(|_| Unanswered)?;
        answered.await.map_err(|_| Unanswered)?
    }
}

/// Does job after job. A job that panics, or leaves its transaction in disorder, costs the connection and no more.
fn work(
    queue: &mpsc::Receiver<Job>,
    connection: SqliteConnection,
    open: impl Fn() -> Result<SqliteConnection, DatabaseError>,
) {
    let mut connection = Some(connection);
    while let Ok(job) = queue.recv() {
        let mut current = match connection.take() {
            Some(current) => current,
            None => match open() {
                Ok(opened) => opened,
                Err(error) => {
                    job(Err(error));
                    continue;
                }
            },
        };
        let survived = catch_unwind(AssertUnwindSafe(|| job(Ok(&mut current)))).is_ok();
        if survived && !AnsiTransactionManager::is_broken_transaction_manager(&mut current) {
            connection = Some(current);
        }
    }
}
