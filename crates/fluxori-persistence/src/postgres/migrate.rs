use std::sync::Arc;

use diesel::{
    QueryResult,
    sql_types::{Bool, Text},
};
use diesel_async::{
    AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use diesel_migrations::MigrationHarness as _;

use super::connector::Connector;
use crate::{
    DatabaseError, DatabaseSettings,
    migrations::{APPLIED, POSTGRESQL, SchemaState},
};

/// Names our advisory lock among those of other programs on the same database.
const LOCK: i64 = 0x666c_7578_6f72_6900; // "fluxori"

/// Runs what has not run yet, one program at a time, and returns the names. The lock is one of the session: past any pooler.
pub(crate) async fn migrate(settings: &DatabaseSettings) -> Result<Vec<String>, DatabaseError> {
    let connector = Arc::new(Connector::direct(settings)?);
    let failed = |error: diesel::result::Error| DatabaseError::Migration(Box::new(error));

    // The lock has a connection of its own, and goes with it.
    let (mut lock, _) = connector.open().await?;
    lock.batch_execute(&format!(
        "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"
    ))
    .await
    .map_err(failed)?;

    let (mut connection, _) = connector.open().await?;
    let applied = applied_versions(&connection).await.map_err(failed)?;
    SchemaState::of_postgres(&applied).require_known()?;
    connection
        .batch_execute("SET statement_timeout = 0")
        .await
        .map_err(failed)?;
    // The harness blocks its thread.
    let task = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        let applied = harness.run_pending_migrations(POSTGRESQL)?;
        Ok(applied.iter().map(ToString::to_string).collect())
    });
    match task.await {
        Ok(result) => result.map_err(DatabaseError::Migration),
        Err(error) => Err(DatabaseError::Migration(Box::new(error))),
    }
}

/// The migrations that have run here, without creating anything.
pub(crate) async fn applied_versions(
    mut connection: &AsyncPgConnection,
) -> QueryResult<Vec<String>> {
    let exists = diesel::dsl::sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL");
    let exists: bool = diesel::select(exists).get_result(&mut connection).await?;
    if !exists {
        return Ok(Vec::new());
    }
    diesel::dsl::sql::<Text>(APPLIED)
        .load(&mut connection)
        .await
}
