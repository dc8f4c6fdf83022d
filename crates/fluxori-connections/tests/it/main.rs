//! The use cases over real databases, the real vault and simulated marketplaces.

mod create;
mod delete;
mod dying;
mod idempotency;
mod life;
mod read;
mod replace;
mod tenancy;
mod test;
mod world;
