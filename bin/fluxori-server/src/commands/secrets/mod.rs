//! Where secrets are: counting, moving and comparing them.

mod migrate;
mod reconcile;
mod status;

pub(crate) use migrate::{MigrateArguments, migrate};
pub(crate) use reconcile::{ReconcileArguments, reconcile};
pub(crate) use status::status;
