use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::DatabaseError;

/// How connections are secured: rustls with ring, and the platform's root certificates or those of a file.
pub(super) type Tls = MakeRustlsConnect;

/// Prepares TLS. Root certificates are read only if a connection could use them.
pub(super) fn new(config: &Config, root: Option<&Path>) -> Result<Tls, DatabaseError> {
    let by_network = config
        .get_hosts()
        .iter()
        .any(|host| matches!(host, Host::Tcp(_)));
    let mut roots = RootCertStore::empty();
    if by_network && config.get_ssl_mode() != SslMode::Disable {
        if let Some(file) = root {
            let unreadable = |error| DatabaseError::RootCertificate(Box::new(error));
            for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
                let added = roots.add(certificate.map_err(unreadable)?);
                added.map_err(|error| DatabaseError::RootCertificate(Box::new(error)))?;
            }
        } else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions that rustls wants")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(client))
}
