//! The page: building it, and a whole product for a browser to try it on.

mod build;
mod stage;

pub(crate) use build::build;
pub(crate) use stage::{Programs, Stage};
