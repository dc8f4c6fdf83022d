#![doc = include_str!("../README.md")]

pub mod artefacts;
#[cfg(feature = "clock")]
pub mod clock;
#[cfg(feature = "databases")]
pub mod database;
#[cfg(feature = "providers")]
pub mod providers;
