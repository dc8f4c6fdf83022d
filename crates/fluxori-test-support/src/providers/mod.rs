//! The marketplaces, simulated at the wire: real HTTP servers that refuse what the real ones refuse.
//!
//! Every request is checked as strictly as the marketplace does. What is wrong with one is answered in the
//! marketplace's own way, and written down: see [`SimulatedProviders::violations`].

pub mod canary;
pub mod keys;

mod address;
mod amazon;
mod behaviour;
mod journal;
mod seen;
mod server;
mod shopify;
mod state;
mod takealot;
mod wire;
mod xero;

pub use address::Endpoints;
pub use behaviour::{Behaviour, Call, Reply};
pub use journal::RecordedRequest;
pub use server::SimulatedProviders;
