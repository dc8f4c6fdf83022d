//! A server on this machine for trying things out: its folder, its programs, a token for it.

mod environment;
mod instance;
mod probe;
mod programs;
mod token;

pub(crate) use environment::Environment;
pub(crate) use instance::Instance;
pub(crate) use probe::status_of;
pub(crate) use programs::{Program, supervise, wait_until};
pub(crate) use token::{AUDIENCE, ISSUER, developer_token};
