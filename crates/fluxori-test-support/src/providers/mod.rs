//! The marketplaces, simulated at the wire: real HTTP servers that refuse what the real ones refuse.
//!
//! Every request is checked as strictly as the marketplace does. What is wrong with one is answered in the
//! marketplace's own way, and written down: see [`SimulatedProviders::violations`].

pub mod canary;
pub mod keys;

mod address;
mod amazon;
mod behaviour;
mod browser;
mod control;
mod faults;
mod held;
mod http;
mod inject;
mod journal;
mod oauth;
pub(crate) mod pages;
mod routes;
mod seen;
mod seller;
mod server;
mod shopify;
mod shopify_webhook;
mod simulated;
mod state;
mod takealot;
pub(crate) mod wire;
mod xero;

pub(crate) use browser::decide;
pub(crate) use oauth::{fits_challenge, make_hex, read_basic};

pub use address::Endpoints;
pub use behaviour::{Behaviour, Call, Reply};
pub use browser::{Decision, NoCallback, consent};
pub use faults::{Fault, FaultRule};
pub use journal::RecordedRequest;
pub use oauth::{
    GrantView, Provider, ProviderCounts, Seed, SeededGrant, SeededOrganisation, TokenState,
    sign_shopify_body, sign_shopify_query,
};
pub use server::SimulatedProviders;
pub use shopify_webhook::ShopifyWebhook;
