//! Who may come in now: how many at once, how often from where, and for how long.

mod address;
mod admit;
mod door;
mod fitting;
mod place;
mod places;
pub(crate) mod refused;
mod settings;
mod workers;

pub(crate) use address::{CallerAddress, TrustedProxies};
pub(crate) use admit::{Lane, Lanes, RequestTimeout, admit};
pub(crate) use door::Doors;
pub(crate) use place::Aside;
pub use settings::ProtectionSettings;
