//! The page: building it, and a whole product for a browser to try it on.

mod build;
mod stage;

pub(crate) use build::{build_application, build_package};
pub(crate) use stage::{Programs, Stage};
