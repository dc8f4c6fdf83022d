use std::{io, net::SocketAddr};

use crate::SettingsError;

/// Why the server does not start or stopped by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The settings do not allow it.
    #[error("the settings of the API do not allow it to start")]
    Settings(#[from] SettingsError),
    /// An address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The server broke while it ran.
    #[error("the server stopped by itself")]
    Run(#[source] io::Error),
}
