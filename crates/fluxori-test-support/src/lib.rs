//! Help for tests and repository tasks. Nothing here ships.

#[cfg(feature = "clock")]
pub mod clock;
#[cfg(feature = "databases")]
pub mod database;
#[cfg(feature = "providers")]
pub mod providers;
