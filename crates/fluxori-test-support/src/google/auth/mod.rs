//! Who calls, and what they may do.

mod accounts;
mod assertion;
mod key;
mod metadata;
mod token;

pub use key::ServiceAccountKey;

pub(super) use accounts::Accounts;
pub(super) use metadata::answer as metadata;
pub(super) use token::answer as token;
