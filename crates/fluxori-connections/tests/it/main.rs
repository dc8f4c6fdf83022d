//! The use cases over real databases, the real vault and simulated marketplaces.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod create;
mod delete;
mod dying;
mod idempotency;
mod life;
mod read;
mod replace;
mod tenancy;
mod test;
mod world;
