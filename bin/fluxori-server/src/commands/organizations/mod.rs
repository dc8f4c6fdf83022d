//! Whole organizations.

mod forget;

pub(crate) use forget::{ForgetArguments, forget};
