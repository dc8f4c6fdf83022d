//! Throw-away databases: a private PostgreSQL server, and one fresh database for each test.
//!
//! Standard library and `tempfile` only, so that repository tasks can use it without building a driver.

mod databases;
mod pgbench;
mod pgbouncer;
mod postgres_pair;
mod postgres_server;
mod test_database;
mod watched;

pub use databases::Databases;
pub use pgbench::Pgbench;
pub use pgbouncer::PgBouncer;
pub use postgres_pair::PostgresPair;
pub use postgres_server::PostgresServer;
pub use test_database::{SERVER_VARIABLE, TestDatabase};
