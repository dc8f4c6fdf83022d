#![doc = include_str!("../README.md")]

mod auth;
mod error;
mod http;
mod ports;
mod problem;
mod routes;
mod schema;
mod server;
mod settings;
mod state;
mod time;

pub use error::ApiError;
pub use ports::{KeySource, KeySourceError, NotReady, Readiness};
pub use routes::openapi;
pub use server::Server;
pub use settings::{ApiSettings, JwtSettings, SettingsError};
pub use state::ApiState;
