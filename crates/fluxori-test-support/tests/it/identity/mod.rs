//! The simulated identity provider, as an application and a browser meet it.

mod faults;
mod sign_in;
mod site;
