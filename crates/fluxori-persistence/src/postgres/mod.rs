//! PostgreSQL through an asynchronous driver, without libpq.

pub(crate) mod dialect;
pub(crate) mod form;
pub(crate) mod trail;

mod address;
mod batches;
mod changes;
mod connector;
mod many;
mod migrate;
mod readers;
mod tls;

use std::{sync::Arc, time::Duration};

use deadpool::{Runtime, managed};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, pooled_connection::PoolableConnection as _,
};
use fluxori_domain::{ports::StorageError, telemetry::DATABASE_POOL_TIMEOUTS};
use futures_util::future::BoxFuture;
use metrics::{Counter, counter};

use crate::{DatabaseError, DatabaseSettings, PoolState, failure::Failure};
use batches::Batches;
use connector::Connector;
use readers::Readers;

pub use changes::ChangeListener;
pub(crate) use migrate::{applied_versions, migrate};

/// A connection of the pool, which has it back when this is dropped.
pub(crate) type Pooled = managed::Object<PoolManager>;

/// Pooled connections for transactions and lists, shared ones for point reads.
pub(crate) struct Postgres {
    connector: Arc<Connector>,
    pool: managed::Pool<PoolManager>,
    /// Shared connections for point reads.
    pub(crate) readers: Arc<Readers>,
    /// The busiest query, for many callers at once.
    pub(crate) defaults: Batches,
    /// Callers who waited for a connection of the pool in vain.
    timeouts: Counter,
}

impl Postgres {
    /// Opens a first connection, so that a wrong address is found now.
    pub(crate) async fn connect(settings: &DatabaseSettings) -> Result<Self, DatabaseError> {
        let connector = Arc::new(Connector::new(settings)?);
        let readers = Arc::new(Readers::new(
            Arc::clone(&connector),
            settings.shared_readers(),
        ));
        let defaults = Batches::start(Arc::clone(&readers), connector.runtime());
        let pool = managed::Pool::builder(PoolManager(Arc::clone(&connector)))
            .max_size(settings.pooled_connections())
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(settings.acquire_timeout))
            .build()
            .expect("a runtime is named, which is all that can be missing");
        let database = Self {
            connector,
            pool,
            readers,
            defaults,
            timeouts: counter!(DATABASE_POOL_TIMEOUTS),
        };
        drop(database.pool.get().await.map_err(|error| match error {
            managed::PoolError::Backend(error) => error,
            _ => DatabaseError::Unreachable(Box::new(error)),
        })?);
        Ok(database)
    }

    /// Begins to listen for changes.
    pub(crate) fn listen(&self) -> ChangeListener {
        ChangeListener::start(Arc::clone(&self.connector))
    }

    /// Server, database and user, for logs.
    pub(crate) fn description(&self) -> String {
        self.connector.description()
    }

    /// A connection for one statement or several.
    pub(crate) async fn pooled(&self) -> Result<Pooled, StorageError> {
        self.pool.get().await.map_err(|error| {
            if matches!(error, managed::PoolError::Timeout(_)) {
                self.timeouts.increment(1);
            }
            StorageError::Unavailable(Box::new(error))
        })
    }

    /// How much of the pool is in use.
    pub(crate) fn pool_state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState {
            most: status.max_size,
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
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
        let mut connection = self.pooled().await?;
        let task = self.connector.runtime().spawn(async move {
            AsyncPgConnection::transaction::<R, Failure, _>(
                &mut connection,
                async move |connection: &mut AsyncPgConnection| work(&mut &*connection).await,
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

/// Makes connections for the pool and refuses broken ones.
pub(crate) struct PoolManager(Arc<Connector>);

impl managed::Manager for PoolManager {
    type Type = AsyncPgConnection;
    type Error = DatabaseError;

    async fn create(&self) -> Result<AsyncPgConnection, DatabaseError> {
        Ok(self.0.open().await?.0)
    }

    async fn recycle(
        &self,
        connection: &mut AsyncPgConnection,
        _: &managed::Metrics,
    ) -> managed::RecycleResult<DatabaseError> {
        if connection.is_broken() {
            return Err(managed::RecycleError::message(
                "closed or inside a transaction",
            ));
        }
        Ok(())
    }
}

/// How long the server may work on one statement, wait for a lock, or wait for us inside a transaction.
const SERVER_PATIENCE: Duration = Duration::from_secs(10);
