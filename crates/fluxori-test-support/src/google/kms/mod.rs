//! Cloud KMS: symmetric keys, their versions, and what they lock.

mod keys;
mod name;

pub use keys::KeyState;

pub(super) use keys::{Keys, verify};
pub(super) use name::KeyName;
