//! Everything that is answered over gRPC, in plain text over HTTP/2.

mod answers;
mod details;
mod frame;
mod kms;
mod messages;
mod route;
mod secrets;
mod serve;

pub(super) use serve::{Stop, serve};
