//! Secrets at Google: how a process reaches it, and what only happens there.

mod ledger;
mod moving;
mod reach;
mod reconcile;
mod trouble;

pub(crate) use reach::AtGoogle;
