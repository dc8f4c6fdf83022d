#![doc = include_str!("../README.md")]

mod admission;
mod auth;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod page;
mod ports;
mod problem;
mod random;
mod routes;
mod schema;
mod server;
mod settings;
mod sign_in;
mod state;
mod stopping;
mod time;
mod wire;
mod work;

pub use admission::ProtectionSettings;
pub use error::ApiError;
pub use ports::{
    FormAnswer, IdentityForm, IdentityHttp, IdentityHttpError, NotReady, PageAssets, Readiness,
};
pub use routes::openapi;
pub use server::Server;
pub use settings::{ApiSettings, JwtSettings, SettingsError};
pub use sign_in::{OidcSettings, SignInLink, SignInLinkError, SignInSettings};
pub use state::{ApiState, PageState};
pub use wire::{TlsSettings, UnixSettings};
