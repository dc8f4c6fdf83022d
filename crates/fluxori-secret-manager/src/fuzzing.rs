//! Google's answers without Google: what a test of every byte sequence needs of this crate, and no part of its interface.

pub use crate::{google::fuzzing::*, secrets::fuzzing::*, store::fuzzing::*};
