//! Throw-away databases: a private PostgreSQL server, and one fresh database for each test.
//!
//! Standard library and `tempfile` only, so that repository tasks can use it without building a driver.

mod postgres_server;
mod test_database;

pub use postgres_server::PostgresServer;
pub use test_database::{SERVER_VARIABLE, TestDatabase};
