//! The vault from outside: its formats, what a value is bound to, and the store over a repository.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod check;
mod context;
mod reseal;
mod rewrap;
mod service;
mod service_store;
mod store;
mod support;
mod tampering;
mod test_service;
mod vectors;
