//! `/api/connections`: one file an operation.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod replace;
pub(crate) mod show;
pub(crate) mod test;
mod test_view;
mod view;

/// The list, and where new ones are made.
pub(crate) const ALL: &str = "/api/connections";
/// One of them.
pub(crate) const ONE: &str = "/api/connections/{id}";
/// Its secret, write-only.
pub(crate) const CREDENTIALS: &str = "/api/connections/{id}/credentials";
/// Its test.
pub(crate) const TEST: &str = "/api/connections/{id}/test";
/// Its audit trail.
pub(crate) const EVENTS: &str = "/api/connections/{id}/events";
