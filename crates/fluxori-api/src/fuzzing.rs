//! Parsers without requests: what a test of every byte sequence needs of this crate, and no part of its interface.

pub use crate::{auth::fuzzing::*, http::fuzzing::*, routes::fuzzing::*};
