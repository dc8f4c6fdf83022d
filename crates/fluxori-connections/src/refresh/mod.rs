//! Spending a grant on new tokens, once, whoever asks and however often.
//!
//! Callers in one process share a flight; flights of several processes follow each other by a lease on the credential.
//! Nobody calls a marketplace without the lease, and nobody uses new tokens before they are stored.

mod engine;
mod failure;
mod flights;
mod incidents;
mod pace;
mod spend;

pub(crate) use engine::Refresh;
pub(crate) use failure::RefreshFailure;
pub(crate) use flights::Flights;
pub(crate) use incidents::Incidents;
pub use pace::Pace;
