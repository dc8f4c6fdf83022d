//! The one place that asks which database it is: the ways to run a query.

/// Runs one query on a connection of PostgreSQL that `reads` hands out in this way, on another one if that is no longer good.
macro_rules! read_again {
    ($postgres:ident.$way:ident(), $module:ident::$function:ident($($argument:expr),*)) => {{
        let mut spare = $postgres.reads.spare();
        loop {
            let reading = $postgres.reads.$way().await?;
            let result = crate::queries::$module::postgres::$function(
                &mut reading.connection() $(, $argument)*
            ).await;
            match reading.end(result).await {
                Err(error)
                    if spare > 0 && crate::postgres::dialect::is_transient(&error) =>
                {
                    spare -= 1;
                }
                result => break result,
            }
        }
    }};
}
pub(crate) use read_again;

/// Runs one query that reads a bounded number of rows by an index: on a shared connection of PostgreSQL, or the caller's own;
/// in place on SQLite.
macro_rules! point_read {
    ($database:expr, $module:ident::$function:ident($($argument:expr),*)) => {{
        let database: &crate::Database = $database;
        match &*database.inner {
            crate::database::Inner::Postgres(postgres) => {
                crate::dispatch::read_again!(postgres.point(), $module::$function($($argument),*))
            }
            crate::database::Inner::Sqlite(sqlite) => {
                // Nothing else here ever waits: a caller in a loop would keep its thread for itself.
                tokio::task::coop::consume_budget().await;
                crate::queries::$module::sqlite::$function(&mut sqlite.reader() $(, $argument)*)
            }
        }
        .map_err(|error| database.explain_driver(error))
    }};
}
pub(crate) use point_read;

/// Runs one query that reads a page of rows by an index: on the caller's own connection of PostgreSQL, if there is one, or else as
/// those that may read many rows. Takes its arguments by value.
macro_rules! page_read {
    ($database:expr, $module:ident::$function:ident($($argument:expr),*)) => {{
        let database: &crate::Database = $database;
        match &*database.inner {
            crate::database::Inner::Postgres(postgres) => {
                crate::dispatch::read_again!(postgres.page(), $module::$function($($argument),*))
                    .map_err(|error| database.explain_driver(error))
            }
            crate::database::Inner::Sqlite(_) => {
                crate::dispatch::long_read!(database, $module::$function($($argument),*))
            }
        }
    }};
}
pub(crate) use page_read;

/// Runs one query that may read many rows, away from the point reads. Takes its arguments by value.
macro_rules! long_read {
    ($database:expr, $module:ident::$function:ident($($argument:expr),*)) => {{
        let database: &crate::Database = $database;
        match &*database.inner {
            crate::database::Inner::Postgres(postgres) => {
                let reading = postgres.reads.long().await?;
                let result = crate::queries::$module::postgres::$function(
                    &mut reading.connection() $(, $argument)*
                ).await;
                reading.end(result).await.map_err(crate::failure::Failure::from)
            }
            crate::database::Inner::Sqlite(sqlite) => {
                sqlite
                    .list(move |connection| {
                        Ok(crate::queries::$module::sqlite::$function(connection $(, $argument)*)?)
                    })
                    .await
            }
        }
        .map_err(|failure| database.explain(failure))
    }};
}
pub(crate) use long_read;

/// What a transaction looks like in a trace.
pub(crate) fn span(database: &'static str, query: &'static str) -> tracing::Span {
    tracing::info_span!("transaction", otel.kind = "client", database, query)
}

/// Runs one function in a transaction, which needs arguments that live long enough.
macro_rules! transaction {
    ($database:expr, $module:ident::$function:ident($($argument:expr),*)) => {{
        let database: &crate::Database = $database;
        let query = concat!(stringify!($module), ".", stringify!($function));
        match &*database.inner {
            crate::database::Inner::Postgres(postgres) => {
                let work = postgres.transaction(move |connection| {
                    Box::pin(async move {
                        crate::queries::$module::postgres::$function(connection $(, $argument)*).await
                    })
                });
                tracing::Instrument::instrument(work, crate::dispatch::span("postgresql", query)).await
            }
            crate::database::Inner::Sqlite(sqlite) => {
                let work = sqlite.transaction(move |connection| {
                    crate::queries::$module::sqlite::$function(connection $(, $argument)*)
                });
                tracing::Instrument::instrument(work, crate::dispatch::span("sqlite", query)).await
            }
        }
    }};
}
pub(crate) use transaction;
