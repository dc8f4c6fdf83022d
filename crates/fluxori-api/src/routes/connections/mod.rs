//! `/api/connections`: one file an operation.

pub(crate) mod authorize;
pub(crate) mod change;
mod consent_id;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
mod field;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
pub(crate) mod list;
pub(crate) mod reauthorize;
pub(crate) mod replace;
pub(crate) mod show;
pub(crate) mod summary;
pub(crate) mod test;
mod test_view;
pub(crate) mod transfer;
mod view;

/// The list, and where new ones are made.
pub(crate) const ALL: &str = "/api/connections";
/// All of them at a glance.
pub(crate) const SUMMARY: &str = "/api/connections/summary";
/// Where consents for new ones begin.
pub(crate) const AUTHORIZE: &str = "/api/connections/authorize";
/// Where they change hands.
pub(crate) const TRANSFER: &str = "/api/connections/transfer";
/// One of them.
pub(crate) const ONE: &str = "/api/connections/{id}";
/// Its secret, write-only.
pub(crate) const CREDENTIALS: &str = "/api/connections/{id}/credentials";
/// Where a consent that renews it begins.
pub(crate) const REAUTHORIZE: &str = "/api/connections/{id}/reauthorize";
/// Its test.
pub(crate) const TEST: &str = "/api/connections/{id}/test";
/// Its audit trail.
pub(crate) const EVENTS: &str = "/api/connections/{id}/events";
