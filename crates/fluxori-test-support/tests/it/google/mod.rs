//! The fake of Google, as clients meet it.

mod judge;
mod wire;
mod world;
