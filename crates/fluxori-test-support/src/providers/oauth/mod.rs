//! Consents and tokens: what is handed out, for how long it lives, and what replaces it.

mod access;
pub(super) mod amazon;
mod asked;
mod clients;
mod codes;
mod fields;
mod grant;
mod provider;
mod rotation;
mod seed;
mod shop;
pub(super) mod shopify;
mod signature;
mod signing;
mod store;
mod user;
mod values;
mod view;
pub(super) mod xero;

pub(super) use access::{Access, Holder};
pub(super) use clients::Clients;
pub(crate) use clients::read_basic;
pub(super) use codes::NewCode;
pub(crate) use codes::fits_challenge;
pub(super) use grant::Organisation;
pub(super) use signing::Signing;
pub(super) use store::Grants;
pub(super) use values::derive_uuid;
pub(crate) use values::make_hex;

pub use provider::Provider;
pub use seed::{Seed, SeededGrant, SeededOrganisation};
pub use signature::{sign_shopify_body, sign_shopify_query};
pub use view::{GrantView, ProviderCounts, TokenState};
