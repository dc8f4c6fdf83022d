//! The real clients against simulated marketplaces, over real connections.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod amazon;
mod faults;
mod forms;
mod headers;
mod leaks;
mod shopify;
mod support;
mod takealot;
mod tls;
mod xero;
