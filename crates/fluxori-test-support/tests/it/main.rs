//! The simulated marketplaces and the fake of Google, as an application and a browser meet them.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

mod amazon;
mod control;
mod faults;
mod google;
mod pages;
mod shopify;
mod world;
mod xero;
