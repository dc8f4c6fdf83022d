#![doc = include_str!("../README.md")]

pub mod artefacts;
#[cfg(feature = "clock")]
pub mod clock;
#[cfg(feature = "databases")]
pub mod database;
#[cfg(feature = "google")]
pub mod google;
#[cfg(feature = "identity")]
pub mod identity;
#[cfg(feature = "providers")]
pub mod providers;
#[cfg(feature = "providers")]
mod random;
#[cfg(feature = "providers")]
mod serve;
