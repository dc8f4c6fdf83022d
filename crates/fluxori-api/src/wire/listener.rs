use std::{
    net::{SocketAddr, TcpListener},
    os::unix::net::UnixListener,
    path::Path,
    sync::Arc,
};

use super::{Certificate, Tls, UnixSocket};
use crate::{ApiError, ApiSettings};

/// Everything that connections come from.
pub(crate) struct Listeners {
    pub(super) plain: Vec<TcpListener>,
    pub(super) encrypted: Option<(Vec<TcpListener>, Tls)>,
    pub(super) unix: Option<UnixListener>,
    socket: Option<UnixSocket>,
}

impl Listeners {
    /// Takes the addresses of settings that were checked.
    pub(crate) fn bind(settings: &ApiSettings) -> Result<Self, ApiError> {
        let encrypted = match settings.tls.files()? {
            None => None,
            Some(files) => {
                let tls = Tls::new(files).map_err(|error| ApiError::Certificate(error.into()))?;
                Some((bind_all(&settings.tls.listen)?, tls))
            }
        };
        let plain = bind_all(&settings.listen)?;
        let (socket, unix) = match &settings.unix {
            None => (None, None),
            Some(unix) => {
                let bound = UnixSocket::bind(&unix.path, unix.permissions()?);
                let (socket, listener) = bound.map_err(|cause| ApiError::ListenUnix {
                    path: unix.path.clone(),
                    cause,
                })?;
                (Some(socket), Some(listener))
            }
        };
        Ok(Self {
            plain,
            encrypted,
            unix,
            socket,
        })
    }

    pub(crate) fn plain_addresses(&self) -> Vec<SocketAddr> {
        addresses(&self.plain)
    }

    pub(crate) fn encrypted_addresses(&self) -> Vec<SocketAddr> {
        let listeners = self.encrypted.as_ref().map(|(listeners, _)| listeners);
        listeners.map_or_else(Vec::new, |listeners| addresses(listeners))
    }

    pub(crate) fn unix_path(&self) -> Option<&Path> {
        self.socket.as_ref().map(UnixSocket::path)
    }

    /// The certificate, to be watched.
    pub(crate) fn certificate(&self) -> Option<Arc<Certificate>> {
        self.encrypted.as_ref().map(|(_, tls)| tls.certificate())
    }

    /// The socket, which is there until this is dropped.
    pub(crate) fn take_socket(&mut self) -> Option<UnixSocket> {
        self.socket.take()
    }
}

fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    let addresses = listeners.iter().map(TcpListener::local_addr);
    addresses.filter_map(Result::ok).collect()
}

fn bind_all(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, ApiError> {
    let bind = |address: &SocketAddr| {
        TcpListener::bind(address).map_err(|cause| ApiError::Listen {
            address: *address,
            cause,
        })
    };
    addresses.iter().map(bind).collect()
}
