#![doc = include_str!("../README.md")]

#[cfg(feature = "clock")]
pub mod clock;
#[cfg(feature = "databases")]
pub mod database;
#[cfg(feature = "providers")]
pub mod providers;
