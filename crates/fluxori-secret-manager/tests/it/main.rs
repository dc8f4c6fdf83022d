//! The real clients against a Google of our own, over real connections.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod errors;
mod faults;
mod keys;
mod lists;
mod master_key;
mod permissions;
mod secrets;
mod tokens;
mod wire;
mod world;
