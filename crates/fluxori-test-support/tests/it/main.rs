//! The simulated marketplaces, the fake of Google and the simulated identity provider, as an application and a browser meet them.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod amazon;
mod control;
mod faults;
mod google;
mod identity;
mod pages;
mod shopify;
mod world;
mod xero;
