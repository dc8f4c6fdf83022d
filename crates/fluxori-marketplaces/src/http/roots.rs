use std::sync::Arc;

use fluxori_domain::telemetry::events;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::MarketplaceError;

/// TLS 1.2 and 1.3 with ring, trusting what this machine trusts.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` name other roots, as with OpenSSL: that is how a private root is trusted.
pub(super) fn tls_config() -> Result<ClientConfig, MarketplaceError> {
    let found = rustls_native_certs::load_native_certs();
    for trouble in &found.errors {
        tracing::warn!(
            event = events::TLS_ROOT_UNREADABLE,
            %trouble,
            "a root certificate could not be read"
        );
    }
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    if ignored > 0 {
        tracing::debug!(
            event = events::TLS_ROOTS_IGNORED,
            added,
            ignored,
            "some root certificates could not be used"
        );
    }
    tls_config_with(roots)
}

fn tls_config_with(roots: RootCertStore) -> Result<ClientConfig, MarketplaceError> {
    if roots.is_empty() {
        return Err(MarketplaceError::NoRootCertificates);
    }
    // The provider is named here, so that nothing depends on a process-wide default.
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| MarketplaceError::Tls { cause })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_roots_is_told_what_to_install() {
        let error = tls_config_with(RootCertStore::empty()).unwrap_err();
        assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    }
}
