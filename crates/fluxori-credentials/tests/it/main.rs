//! The library as an adapter meets it, beside a server on the same database.

mod adapter;
mod doctor;
mod errors;
mod installation;
mod start;
