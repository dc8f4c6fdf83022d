//! Google, as far as the product calls it, on two ports of this machine.
//!
//! It refuses what Google refuses, with Google's codes and, where they are publicly known, Google's words. Facts are
//! cited where they are used; where Google's documentation leaves something open, the fake takes the choice that is
//! harder on a client.

mod address;
mod auth;
mod call;
mod control;
mod crc32c;
mod fake;
mod faults;
mod grpc;
mod journal;
mod kms;
mod operator;
mod quota;
mod rest;
mod secrets;
mod state;
mod status;
mod view;

pub use address::Endpoints;
pub use auth::ServiceAccountKey;
pub use call::{Call, Quota, Service};
pub use fake::{FakeGoogle, Setup};
pub use faults::{Fault, FaultRule};
pub use journal::RecordedCall;
pub use kms::KeyState;
pub use operator::Order;
pub use quota::Limits;
pub use secrets::VersionState;
pub use status::Code;
pub use view::{SecretView, VersionView};
