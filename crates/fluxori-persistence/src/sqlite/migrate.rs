use diesel::{
    RunQueryDsl as _, SqliteConnection,
    sql_types::{Integer, Text},
};
use diesel_migrations::MigrationHarness as _;

use super::file::{Access, File};
use crate::{
    DatabaseError, DatabaseSettings,
    migrations::{APPLIED, SQLITE, SchemaState},
};

/// Makes the file if there is none, runs what has not run yet, one program at a time, and returns the names.
pub(crate) async fn migrate(settings: &DatabaseSettings) -> Result<Vec<String>, DatabaseError> {
    let file = File::from_settings(settings)?;
    let patience = settings.acquire_timeout;
    let task = tokio::task::spawn_blocking(move || {
        file.create()
            .map_err(|error| DatabaseError::UnusableFile(Box::new(error)))?;
        let mut connection = file.open(Access::Write, patience)?;
        let applied = connection.exclusive_transaction(|connection| {
            SchemaState::of_sqlite(&applied_versions(connection)?).require_known()?;
            let applied = connection
                .run_pending_migrations(SQLITE)
                .map_err(DatabaseError::Migration)?;
            Ok::<_, DatabaseError>(applied.iter().map(ToString::to_string).collect())
        })?;
        Ok(applied)
    });
    match task.await {
        Ok(result) => result,
        Err(error) => Err(DatabaseError::Migration(Box::new(error))),
    }
}

/// The migrations that have run here, without creating anything.
pub(crate) fn applied_versions(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, DatabaseError> {
    let tables = diesel::dsl::sql::<Integer>(
        "SELECT count(*) FROM sqlite_schema WHERE name = '__diesel_schema_migrations'",
    );
    let tables: i32 = tables.get_result(connection)?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    Ok(diesel::dsl::sql::<Text>(APPLIED).load(connection)?)
}

/// Begin and commit fail in the driver's words.
impl From<diesel::result::Error> for DatabaseError {
    fn from(error: diesel::result::Error) -> Self {
        super::file::explain(error)
    }
}
