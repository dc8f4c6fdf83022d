use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use super::CertificateFiles;
use crate::SettingsError;

/// Where the server ends TLS itself. All of it is set, or none.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// `LISTEN_TLS`: addresses and ports to listen on.
    pub listen: Vec<SocketAddr>,
    /// `TLS_CERTIFICATE_FILE`: the certificate and those above it, as PEM.
    pub certificate_file: Option<PathBuf>,
    /// `TLS_KEY_FILE`: its private key, as PEM.
    pub key_file: Option<PathBuf>,
}

/// A socket in the file system to listen on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnixSettings {
    /// `LISTEN_UNIX`: where it is.
    pub path: PathBuf,
    /// `LISTEN_UNIX_MODE`: who may open it, as octal digits.
    pub mode: String,
}

impl TlsSettings {
    /// The files, where TLS is on.
    pub(crate) fn files(&self) -> Result<Option<CertificateFiles>, SettingsError> {
        match (
            self.listen.is_empty(),
            &self.certificate_file,
            &self.key_file,
        ) {
            (true, None, None) => Ok(None),
            (false, Some(certificate), Some(key)) => Ok(Some(CertificateFiles {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            _ => Err(SettingsError::HalfOfTls),
        }
    }
}

impl UnixSettings {
    /// The permissions of the socket.
    pub(crate) fn permissions(&self) -> Result<u32, SettingsError> {
        let mode = u32::from_str_radix(&self.mode, 8).ok();
        mode.filter(|mode| *mode <= 0o777)
            .ok_or(SettingsError::OutOfRange {
                setting: "LISTEN_UNIX_MODE",
                rule: "octal digits such as 0660",
            })
    }
}
