//! What all of Google's services have in common: addresses, errors, deadlines, repetition, pacing.

mod attempts;
mod backoff;
mod call;
mod details;
mod endpoint;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod operation;
mod pacer;
mod problem;
mod rest;

pub(crate) use attempts::{Attempt, Caller, Failure};
pub use backoff::{Jitter, RetrySettings};
pub(crate) use call::{Answer, read_capped};
pub use endpoint::Endpoint;
pub use operation::{Operation, Service};
pub(crate) use pacer::Pacer;
pub(crate) use problem::Problem;
pub(crate) use rest::{Request, Rest};
