//! A provider of `OpenID` Connect: people sign in on its page, applications get an ID token by a code.
//!
//! It refuses what real providers refuse, with their JSON errors: `OpenID` Connect Core 1.0, RFC 6749, RFC 7636 (S256 only),
//! `OpenID` Connect RP-Initiated Logout 1.0. Every time a person is asked anew; it keeps no session of its own.

mod authorize;
mod claims;
mod clients;
mod codes;
mod control;
mod end;
mod faults;
mod person;
mod routes;
mod server;
mod signing;
mod state;
mod token;

pub use clients::{CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID};
pub use faults::Fault;
pub use person::{Person, cancel, sign_in};
pub use routes::Call;
pub use server::SimulatedIdentity;
