//! Access tokens for Google: where they come from, and keeping them while they are good.

mod cache;
mod error;
mod exchange;
mod fetch;
mod key_file;
mod metadata;
mod settings;
mod token;

pub use cache::GoogleTokens;
pub use error::{TokenError, TokenIssuer};
pub use settings::TokenSettings;
pub use token::{BearerToken, TokenSource};

/// What every token is asked for: IAM decides the rest (<https://cloud.google.com/docs/authentication#authorization-gcp>).
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
