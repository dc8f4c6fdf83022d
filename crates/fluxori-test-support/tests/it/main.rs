//! The simulated marketplaces, as an application and a browser meet them.

mod amazon;
mod control;
mod faults;
mod pages;
mod shopify;
mod world;
mod xero;
