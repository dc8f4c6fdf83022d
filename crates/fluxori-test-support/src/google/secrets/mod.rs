//! Secret Manager: what it stores and what it lets callers do, whatever the wire.

mod fields;
mod filter;
mod model;
mod names;
mod paging;
mod request;
mod rules;
mod store;

pub use model::VersionState;

pub(super) use fields::time;
pub(super) use model::{Listing, NewSecret, Page, Payload, Replica, Replication, Secret, Version};
pub(super) use names::{SecretName, VersionName, Wanted};
pub(super) use request::{Answer, Request};
pub(super) use store::{Change, Entry, Store};
