//! Programs that tasks need and cargo does not bring.

mod apt;
mod cargo_deny;
mod chromium;
mod node;
mod postgresql;

pub(crate) use cargo_deny::cargo_deny;
pub(crate) use chromium::ensure_chromium;
pub(crate) use node::Node;
pub(crate) use postgresql::ensure_postgresql;
