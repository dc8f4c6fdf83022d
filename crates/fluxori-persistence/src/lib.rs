#![doc = include_str!("../README.md")]

mod database;
mod dispatch;
mod error;
mod failure;
mod migrations;
mod ports;
mod postgres;
mod queries;
mod rows;
mod schema;
mod settings;
mod sqlite;
mod types;

pub use database::{Database, PoolState};
pub use error::DatabaseError;
pub use migrations::SchemaState;
pub use postgres::ChangeListener;
pub use settings::DatabaseSettings;
