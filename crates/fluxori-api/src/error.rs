use std::{error::Error, io, net::SocketAddr, path::PathBuf};

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
    /// The path of a Unix socket is taken or not ours.
    #[error("cannot listen on {}", path.display())]
    ListenUnix {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The server cannot end TLS.
    #[error("the files of TLS_CERTIFICATE_FILE and TLS_KEY_FILE cannot be used")]
    Certificate(#[source] Box<dyn Error + Send + Sync>),
    /// The server broke while it ran.
    #[error("the server stopped by itself")]
    Run(#[source] io::Error),
}
