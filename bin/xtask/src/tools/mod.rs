//! Programs that tasks need and cargo does not bring.

mod cargo_deny;
mod postgresql;

pub(crate) use cargo_deny::cargo_deny;
pub(crate) use postgresql::ensure_postgresql;
