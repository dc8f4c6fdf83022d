//! One file a command: its arguments, then what it does.

pub(crate) mod bench;
pub(crate) mod chaos;
pub(crate) mod check;
pub(crate) mod check_layers;
pub(crate) mod cluster;
pub(crate) mod demo;
pub(crate) mod dev;
pub(crate) mod e2e_stage;
pub(crate) mod fuzz;
pub(crate) mod generate;
pub(crate) mod link;
pub(crate) mod package;
pub(crate) mod soak;
pub(crate) mod storm;
pub(crate) mod test;
