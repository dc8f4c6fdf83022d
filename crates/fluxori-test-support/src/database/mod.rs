//! Throw-away databases: a private PostgreSQL server, and one fresh database for each test.
//!
//! Standard library and `tempfile` only, so that repository tasks can use it without building a driver.

mod pgbench;
mod postgres_server;
mod test_database;

pub use pgbench::Pgbench;
pub use postgres_server::PostgresServer;
pub use test_database::{SERVER_VARIABLE, TestDatabase};
