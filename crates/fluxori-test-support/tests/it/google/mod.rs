//! The fake of Google, as clients meet it.

mod grpc;
mod grpc_secrets;
mod judge;
mod tokens;
mod wire;
mod world;
