//! The use cases over real databases, the real vault and simulated marketplaces.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod audit_crash;
mod audit_strict;
mod audit_trails;
mod browser;
mod cache;
mod callback;
mod consent;
mod create;
mod delete;
mod disconnect;
mod dying;
mod dying_keys;
mod dying_secrets;
mod forget;
mod google;
mod idempotency;
mod keys;
mod keys_crash;
mod life;
mod outage;
mod protection;
mod read;
mod refresh;
mod refresh_crash;
mod replace;
mod tenancy;
mod test;
mod transfer;
mod webhook;
mod world;
