//! The library as an adapter meets it, beside a server on the same database.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod adapter;
mod doctor;
mod errors;
mod installation;
mod metrics;
mod refresh;
mod start;
