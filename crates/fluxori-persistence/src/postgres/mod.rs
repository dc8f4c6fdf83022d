//! PostgreSQL through an asynchronous driver, without libpq.

pub(crate) mod dialect;
pub(crate) mod form;
pub(crate) mod trail;

mod address;
mod batches;
mod changes;
mod connector;
mod direct;
mod many;
mod migrate;
mod pool;
mod readers;
mod reads;
mod sessions;
mod tls;

use std::{sync::Arc, time::Duration};

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use fluxori_domain::ports::StorageError;
use futures_util::future::BoxFuture;

use crate::{DatabaseError, DatabaseSettings, PoolState, failure::Failure};
use batches::Batches;
use connector::Connector;
use direct::Direct;
use pool::Pool;
use readers::Readers;
use reads::Reads;
use sessions::Sessions;

pub use changes::ChangeListener;
pub(crate) use migrate::{applied_versions, migrate};

/// Pooled connections for transactions and lists, shared ones for point reads.
pub(crate) struct Postgres {
    connector: Arc<Connector>,
    /// For what needs a session.
    direct: Direct,
    pool: Pool,
    /// For statements outside transactions.
    pub(crate) reads: Arc<Reads>,
    /// The busiest query, for many callers at once.
    pub(crate) defaults: Batches,
}

impl Postgres {
    /// Opens a first connection, so that a wrong address is found now.
    pub(crate) async fn connect(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let connector = Arc::new(Connector::new(settings)?);
        let past = Arc::new(Connector::direct(settings)?);
        let pool = Pool::new(
            Arc::clone(&connector),
            settings.pooled_connections(),
            settings.acquire_timeout,
        );
        let reads = Arc::new(match connector.sessions() {
            Sessions::Ours => {
                let readers = Readers::new(
                    Arc::clone(&connector),
                    settings.shared_readers(),
                    settings.most_own_readers(),
                );
                Reads::Shared(readers, pool.clone())
            }
            Sessions::Borrowed => Reads::Alone(pool.clone()),
        });
        let pooled = match connector.sessions() {
            Sessions::Ours => None,
            Sessions::Borrowed => Some(Arc::clone(&reads)),
        };
        let direct = Direct::new(past, pooled);
        pool.try_out().await?;
        Ok(Self {
            defaults: Batches::start(Arc::clone(&reads), connector.runtime()),
            connector,
            direct,
            pool,
            reads,
        })
    }

    /// Gives the present runtime a connection to itself, if there are any left.
    pub(crate) fn read_here(&self) {
        self.reads.begin_here();
    }

    /// Begins to listen for changes.
    pub(crate) fn listen(&self) -> ChangeListener {
        ChangeListener::start(self.direct.clone())
    }

    /// Whether the way past the pooler leads to the same database; nothing where there is no pooler.
    pub(crate) async fn try_direct(&self) -> Option<Result<(), DatabaseError>> {
        match self.connector.sessions() {
            Sessions::Ours => None,
            Sessions::Borrowed => Some(self.direct.try_out().await),
        }
    }

    /// Servers and database, for logs.
    pub(crate) fn description(&self) -> String {
        match self.connector.sessions() {
            Sessions::Ours => self.connector.description(),
            Sessions::Borrowed => format!(
                "{}, behind a pooler; {}",
                self.connector.description(),
                self.direct.description()
            ),
        }
    }

    /// How much of the pool is in use.
    pub(crate) fn pool_state(&self) -> PoolState {
        self.pool.state()
    }

    /// Runs `work` in one transaction, which ends even when the caller is gone: a connection with half a transaction
    /// must not hold its locks until somebody wants that connection.
    pub(crate) async fn transaction<R, W>(&self, work: W) -> Result<R, Failure>
    where
        R: Send + 'static,
        W: for<'c> FnOnce(&'c mut form::Driver<'_>) -> BoxFuture<'c, Result<R, Failure>>
            + Send
            + 'static,
    {
        let mut connection = self.pool.connection().await?;
        let sessions = self.connector.sessions();
        let task = self.connector.runtime().spawn(async move {
            AsyncPgConnection::transaction::<R, Failure, _>(
                &mut connection,
                async move |connection: &mut AsyncPgConnection| {
                    if sessions == Sessions::Borrowed {
                        let set_up = Sessions::set_up_transaction();
                        connection.batch_execute(&set_up).await?;
                    }
                    work(&mut &*connection).await
                },
            )
            .await
        });
        match task.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(cancelled) => Err(StorageError::Unavailable(Box::new(cancelled)).into()),
            },
        }
    }
}

/// How long the server may work on one statement, wait for a lock, or wait for us inside a transaction.
const SERVER_PATIENCE: Duration = Duration::from_secs(10);
