//! Where secrets are kept, how they get there, and what becomes of those that no row holds.

mod keeping;
mod moving;
mod open;
mod reconcile;
mod stores;
mod sweep;

pub(crate) use keeping::Keeping;
pub use moving::{Move, MoveReport};
pub use reconcile::{Damage, Inventory, Stray};
pub use stores::SecretStores;
pub use sweep::Sweep;
