//! Programs that tasks need and cargo does not bring.

mod apt;
mod cargo_programs;
mod chromium;
mod node;
mod postgresql;

pub(crate) use cargo_programs::{cargo_deny, cargo_fuzz, cargo_semver_checks};
pub(crate) use chromium::ensure_chromium;
pub(crate) use node::Node;
pub(crate) use postgresql::{ensure_pgbouncer, ensure_postgresql};
