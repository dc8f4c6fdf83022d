use std::sync::Arc;

use diesel::{dsl::sql, sql_types::Text};
use diesel_async::RunQueryDsl as _;
use tokio::runtime::Handle;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{
    connector::{BareConnection, Connector},
    reads::Reads,
};
use crate::DatabaseError;

/// Says which database it is: made with the tables, and never changed.
const WHICH: &str = "SELECT id::text FROM installation";

/// The way to the server itself, for what needs a session. Where a pooler is between us, it is an address of its own.
#[derive(Clone)]
pub(super) struct Direct {
    connector: Arc<Connector>,
    /// The way by the pooler.
    pooled: Option<Arc<Reads>>,
}

impl Direct {
    pub(super) const fn new(connector: Arc<Connector>, pooled: Option<Arc<Reads>>) -> Self {
        Self { connector, pooled }
    }

    pub(super) fn description(&self) -> String {
        self.connector.description()
    }

    pub(super) fn runtime(&self) -> &Handle {
        self.connector.runtime()
    }

    /// Opens a connection for whoever drives it.
    pub(super) async fn open_bare(&self) -> Result<(Client, BareConnection), DatabaseError> {
        self.connector.open_bare().await
    }

    /// Fails unless this leads to the database that is behind the pooler. Whoever listened to another one would hear nothing,
    /// and take that for no news.
    pub(super) async fn require_same(&self, client: &Client) -> Result<(), DatabaseError> {
        let Some(pooled) = &self.pooled else {
            return Ok(());
        };
        let answer = client.simple_query(WHICH).await;
        let answer = answer.map_err(|error| DatabaseError::Unreachable(Box::new(error)))?;
        let here = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let reading = pooled.point().await;
        let reading = reading.map_err(|error| DatabaseError::Unreachable(Box::new(error)))?;
        let there = sql::<Text>(WHICH)
            .get_result::<String>(&mut reading.connection())
            .await;
        let there = reading.end(there).await;
        let there = there.map_err(|error| DatabaseError::Unreachable(Box::new(error)))?;
        if here == Some(there.as_str()) {
            Ok(())
        } else {
            Err(DatabaseError::OtherDatabase)
        }
    }

    /// The same on a connection of its own.
    pub(super) async fn try_out(&self) -> Result<(), DatabaseError> {
        let (client, connection) = self.open_bare().await?;
        tokio::select! {
            ended = connection => Err(match ended {
                Ok(()) => DatabaseError::Unreachable("the connection is closed".into()),
                Err(error) => DatabaseError::Unreachable(Box::new(error)),
            }),
            same = self.require_same(&client) => same,
        }
    }
}
