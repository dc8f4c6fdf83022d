use std::{sync::Arc, time::Duration};

use deadpool::{Runtime, managed};
use diesel_async::{AsyncPgConnection, pooled_connection::PoolableConnection as _};
use fluxori_domain::{ports::StorageError, telemetry::DATABASE_POOL_TIMEOUTS};
use metrics::{Counter, counter};

use super::connector::Connector;
use crate::{DatabaseError, PoolState};

/// A connection of the pool, which has it back when this is dropped.
pub(crate) type Pooled = managed::Object<PoolManager>;

/// Connections that one caller at a time has.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: managed::Pool<PoolManager>,
    /// Callers who waited for a connection in vain.
    timeouts: Counter,
}

impl Pool {
    pub(super) fn new(connector: Arc<Connector>, most: usize, patience: Duration) -> Self {
        let connections = managed::Pool::builder(PoolManager(connector))
            .max_size(most)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(patience))
            .build()
            .expect("a runtime is named, which is all that can be missing");
        Self {
            connections,
            timeouts: counter!(DATABASE_POOL_TIMEOUTS),
        }
    }

    /// Opens a connection, so that a wrong address is found now.
    pub(super) async fn try_out(&self) -> Result<(), DatabaseError> {
        match self.connections.get().await {
            Ok(_) => Ok(()),
            Err(managed::PoolError::Backend(error)) => Err(error),
            Err(error) => Err(DatabaseError::Unreachable(Box::new(error))),
        }
    }

    pub(super) async fn connection(&self) -> Result<Pooled, StorageError> {
        self.connections.get().await.map_err(|error| {
            if matches!(error, managed::PoolError::Timeout(_)) {
                self.timeouts.increment(1);
            }
            StorageError::Unavailable(Box::new(error))
        })
    }

    /// How much of it is in use.
    pub(super) fn state(&self) -> PoolState {
        let status = self.connections.status();
        PoolState {
            most: status.max_size,
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
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
