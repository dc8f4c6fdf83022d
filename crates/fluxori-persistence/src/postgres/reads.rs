use std::sync::Arc;

use deadpool::managed::Object;
use diesel::{QueryResult, result::Error as DriverError};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use fluxori_domain::ports::StorageError;

use super::{
    dialect::storage_error,
    pool::{Pool, Pooled},
    readers::{Reader, Readers},
    sessions::Sessions,
};
use crate::failure::Failure;

/// Where statements run that need no transaction.
pub(crate) enum Reads {
    /// Point reads on shared connections or the caller's own, long ones on connections of the pool.
    Shared(Readers, Pool),
    /// Behind a pooler each has a connection, and a transaction, to itself: a statement is prepared, used and closed in
    /// one session.
    Alone(Pool),
}

/// How often a point read is tried on another connection where they are not shared.
const SPARE: usize = 2;

impl Reads {
    /// On how many other connections a point read is worth trying.
    pub(crate) fn spare(&self) -> usize {
        match self {
            Self::Shared(readers, _) => readers.count(),
            Self::Alone(_) => SPARE,
        }
    }

    /// A connection for a statement that reads a few rows by an index.
    pub(crate) async fn point(&self) -> Result<Reading, StorageError> {
        match self {
            Self::Shared(readers, _) => Ok(Reading(Held::Shared(readers.next().await?))),
            Self::Alone(pool) => alone(pool).await,
        }
    }

    /// A connection for a statement that reads a page of rows by an index: the caller's own, if there is one.
    pub(crate) async fn page(&self) -> Result<Reading, StorageError> {
        if let Self::Shared(readers, _) = self
            && let Some(own) = readers.own().await
        {
            return Ok(Reading(Held::Shared(own?)));
        }
        self.long().await
    }

    /// Gives the present runtime a connection to itself, if there are any left and sessions are ours to keep.
    pub(super) fn begin_here(&self) {
        if let Self::Shared(readers, _) = self {
            readers.begin_here();
        }
    }

    /// A connection for statements that may read many rows.
    pub(crate) async fn long(&self) -> Result<Reading, StorageError> {
        match self {
            Self::Shared(_, pool) => Ok(Reading(Held::Pooled(pool.connection().await?))),
            Self::Alone(pool) => alone(pool).await,
        }
    }
}

async fn alone(pool: &Pool) -> Result<Reading, StorageError> {
    let reading = Reading(Held::InTransaction(Some(pool.connection().await?)));
    let begin = format!("BEGIN; {}", Sessions::set_up_transaction());
    match (&mut reading.connection()).batch_execute(&begin).await {
        Ok(()) => Ok(reading),
        Err(error) => Err(storage_error(Failure::Driver(error))),
    }
}

/// A connection while somebody reads on it.
pub(crate) struct Reading(Held);

enum Held {
    Shared(Arc<Reader>),
    Pooled(Pooled),
    /// Nothing any more once the transaction has ended.
    InTransaction(Option<Pooled>),
}

impl Reading {
    /// The connection.
    pub(crate) fn connection(&self) -> &AsyncPgConnection {
        match &self.0 {
            Held::Shared(reader) => reader.connection(),
            Held::Pooled(connection) => connection,
            Held::InTransaction(connection) => connection.as_ref().expect("it has not ended"),
        }
    }

    /// Ends it with what came of the reading. Another try is worth it on another connection, if at all.
    pub(crate) async fn end<R>(mut self, result: QueryResult<R>) -> QueryResult<R> {
        match &mut self.0 {
            Held::Shared(reader) => {
                if let Err(error) = &result {
                    reader.retire_after(error);
                }
                result
            }
            Held::Pooled(_) => result,
            Held::InTransaction(connection) => {
                let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
                let held = connection.as_ref().expect("it has not ended");
                let ended: Result<(), DriverError> = (&mut &**held).batch_execute(end).await;
                if ended.is_ok() {
                    // Back to the pool.
                    drop(connection.take());
                }
                result.and_then(|answer| ended.map(|()| answer))
            }
        }
    }
}

impl Drop for Reading {
    /// A connection in the middle of a transaction is of no use to anybody: it is closed, and with it the transaction.
    fn drop(&mut self) {
        if let Held::InTransaction(connection) = &mut self.0
            && let Some(connection) = connection.take()
        {
            drop(Object::take(connection));
        }
    }
}
