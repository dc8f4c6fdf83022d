//! What a query needs to be compiled for PostgreSQL.

pub(crate) use diesel_async::RunQueryDsl;

pub(crate) use super::{dialect, trail};
pub(crate) use crate::queries::{
    audit::postgres as audit, defaults::postgres as defaults, guards::postgres as guards,
    idempotency::postgres as idempotency, insert::postgres as insert, ledger::postgres as ledger,
    read::postgres as read, refreshes::postgres as refreshes,
};

/// A connection, shared: several queries may be under way on it, and answers come in order.
pub(crate) type Driver<'c> = &'c diesel_async::AsyncPgConnection;

macro_rules! wait {
    ($future:expr) => {
        $future.await
    };
}
pub(crate) use wait;
