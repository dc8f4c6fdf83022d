//! What a query needs to be compiled for SQLite.

pub(crate) use diesel::RunQueryDsl;

pub(crate) use super::{dialect, trail};
pub(crate) use crate::queries::{
    audit::sqlite as audit, defaults::sqlite as defaults, guards::sqlite as guards,
    idempotency::sqlite as idempotency, insert::sqlite as insert, ledger::sqlite as ledger,
    read::sqlite as read, refreshes::sqlite as refreshes,
};

/// A connection, exclusive: a query is over when the call returns.
pub(crate) type Driver = diesel::SqliteConnection;

macro_rules! wait {
    ($result:expr) => {
        $result
    };
}
pub(crate) use wait;
