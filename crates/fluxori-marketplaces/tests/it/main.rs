//! The real clients against simulated marketplaces, over real connections.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod amazon;
mod consent_amazon;
mod consent_shopify;
mod consent_xero;
mod consents;
mod disconnect;
mod faults;
mod forms;
mod gate;
mod grants;
mod headers;
mod leaks;
mod refresh;
mod shopify;
mod support;
mod takealot;
mod tls;
mod xero;
