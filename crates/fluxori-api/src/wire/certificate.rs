//! The certificate that callers are shown, read anew when its files change.

use std::{
    fmt, fs, io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use fluxori_domain::telemetry::events;
use ring::digest::{SHA256, digest};
use rustls::{
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub(crate) struct CertificateFiles {
    /// The certificate and those above it, as PEM.
    pub(crate) certificate: PathBuf,
    /// Its private key, as PEM.
    pub(crate) key: PathBuf,
}

/// Why a pair of files cannot be used. Nothing that is in them is repeated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("the certificate cannot be read")]
    Certificate(#[source] io::Error),
    #[error("the private key cannot be read")]
    Key(#[source] io::Error),
    #[error("the certificate is not in the form of PEM")]
    NotCertificates,
    #[error("there is no certificate in the file")]
    NoCertificate,
    #[error("the private key is not in the form of PEM")]
    NotKey,
    #[error(
        "certificate and private key do not belong together, or are of a kind that is not supported"
    )]
    Mismatch,
}

/// A certificate that may be exchanged while connections use it: each keeps the one it began with.
pub(crate) struct Certificate {
    files: CertificateFiles,
    provider: Arc<CryptoProvider>,
    shown: RwLock<Shown>,
}

struct Shown {
    certified: Arc<CertifiedKey>,
    fingerprint: Fingerprint,
}

/// What was in the files, without being it.
type Fingerprint = [u8; 32];

/// Contents of both files.
struct Pair {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Certificate {
    pub(crate) fn read(
        files: CertificateFiles,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, CertificateError> {
        let pair = Pair::read(&files)?;
        let shown = RwLock::new(pair.understand(&provider)?);
        Ok(Self {
            files,
            provider,
            shown,
        })
    }

    /// Looks at the files now and then, for ever. A pair that cannot be used leaves the present one in force; that it is
    /// so is said when it was found twice, for two files are not replaced in one moment.
    pub(crate) async fn watch(self: Arc<Self>) {
        let mut moments = tokio::time::interval(LOOK);
        let mut doubts = 0_u32;
        loop {
            moments.tick().await;
            match self.look() {
                Ok(false) => doubts = 0,
                Ok(true) => {
                    doubts = 0;
                    tracing::info!(
                        event = events::CERTIFICATE_REPLACED,
                        "a new certificate is shown from now on"
                    );
                }
                Err(error) => {
                    doubts = doubts.saturating_add(1);
                    if doubts == 2 {
                        let cause = crate::problem::Chain(&error);
                        tracing::error!(
                            event = events::CERTIFICATE_KEPT,
                            %cause,
                            "the new certificate cannot be used; the old one stays in force"
                        );
                    }
                }
            }
        }
    }

    /// Whether there was a new pair, which is shown now.
    fn look(&self) -> Result<bool, CertificateError> {
        let pair = Pair::read(&self.files)?;
        if self.shown().fingerprint == pair.fingerprint() {
            return Ok(false);
        }
        let new = pair.understand(&self.provider)?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }

    fn shown(&self) -> RwLockReadGuard<'_, Shown> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown().certified))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Pair {
    fn read(files: &CertificateFiles) -> Result<Self, CertificateError> {
        let certificate = fs::read(&files.certificate).map_err(CertificateError::Certificate)?;
        let key = fs::read(&files.key).map_err(CertificateError::Key)?;
        Ok(Self {
            certificate,
            key: Zeroizing::new(key),
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut both = [0; 64];
        both[..32].copy_from_slice(digest(&SHA256, &self.certificate).as_ref());
        both[32..].copy_from_slice(digest(&SHA256, &self.key).as_ref());
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, &both).as_ref());
        fingerprint
    }

    fn understand(&self, provider: &CryptoProvider) -> Result<Shown, CertificateError> {
        // Errors here may quote the files, and one of them is a secret.
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .map_err(|_| CertificateError::NotCertificates)?;
        if chain.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| CertificateError::NotKey)?;
        let certified = CertifiedKey::from_der(chain, key, provider);
        let certified = certified.map_err(|_| CertificateError::Mismatch)?;
        Ok(Shown {
            certified: Arc::new(certified),
            fingerprint: self.fingerprint(),
        })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;

    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(certificate: &str, key: &str) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            fs::write(folder.files().certificate, certificate).unwrap();
            fs::write(folder.files().key, key).unwrap();
            folder
        }

        fn files(&self) -> CertificateFiles {
            CertificateFiles {
                certificate: self.0.path().join("certificate.pem"),
                key: self.0.path().join("key.pem"),
            }
        }

        fn read(&self) -> Result<Certificate, CertificateError> {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            Certificate::read(self.files(), provider)
        }
    }

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn every_way_in_which_a_pair_is_useless_is_an_error_that_quotes_nothing() {
        let (certificate, key) = pair();
        let other = KeyPair::generate().unwrap().serialize_pem();
        assert!(Folder::with(&certificate, &key).read().is_ok());
        for (certificate, key) in [
            (key.as_str(), certificate.as_str()),
            (key.as_str(), key.as_str()),
            (certificate.as_str(), other.as_str()),
            (certificate.as_str(), ""),
            ("", key.as_str()),
            ("-----BEGIN CERTIFICATE-----\ncanary", key.as_str()),
            (certificate.as_str(), "-----BEGIN PRIVATE KEY-----\ncanary"),
        ] {
            let error = Folder::with(certificate, key).read().unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(
                !text.contains("canary") && !text.contains("BEGIN"),
                "{text}"
            );
        }
        let folder = Folder::with(&certificate, &key);
        fs::remove_file(folder.files().key).unwrap();
        assert!(matches!(folder.read(), Err(CertificateError::Key(_))));
    }

    #[test]
    fn a_new_pair_is_taken_once_and_a_bad_one_not_at_all() {
        let (certificate, key) = pair();
        let folder = Folder::with(&certificate, &key);
        let shown = folder.read().unwrap();
        assert!(!shown.look().unwrap(), "nothing has changed");
        let (new_certificate, new_key) = pair();
        fs::write(folder.files().certificate, new_certificate).unwrap();
        let before = Arc::clone(&shown.shown().certified);
        assert!(matches!(shown.look(), Err(CertificateError::Mismatch)));
        assert!(Arc::ptr_eq(&before, &shown.shown().certified));
        fs::write(folder.files().key, new_key).unwrap();
        assert!(shown.look().unwrap());
        assert!(!shown.look().unwrap());
    }

    #[test]
    fn debug_of_a_certificate_shows_where_it_is_and_no_more() {
        let (certificate, key) = pair();
        let printed = format!("{:?}", Folder::with(&certificate, &key).read().unwrap());
        assert!(
            !printed.contains("BEGIN") && printed.contains("key.pem"),
            "{printed}"
        );
    }
}
