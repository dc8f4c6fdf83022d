//! TLS that ends in the server, with a certificate that is replaced while it runs.

use std::{fs, net::SocketAddr, path::PathBuf};

use fluxori_api::TlsSettings;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, StatusCode, Version};

use crate::{app::Builder, logs};

/// Files of a certificate for this machine.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> (Self, Certificate) {
        let folder = tempfile::tempdir().unwrap();
        let files = Self { folder };
        let certificate = files.renew();
        (files, certificate)
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Puts a new pair there.
    fn renew(&self) -> Certificate {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(self.certificate(), cert.pem()).unwrap();
        fs::write(self.key(), signing_key.serialize_pem()).unwrap();
        Certificate::from_pem(cert.pem().as_bytes()).unwrap()
    }

    fn settings(&self) -> TlsSettings {
        TlsSettings {
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            certificate_file: Some(self.certificate()),
            key_file: Some(self.key()),
        }
    }
}

/// A client that trusts nobody but who shows this certificate.
#[expect(clippy::disallowed_methods, reason = "a test's own client")]
fn client(certificate: &Certificate, server: SocketAddr) -> reqwest::Client {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([certificate.clone()])
        .resolve("localhost", server);
    builder.build().unwrap()
}

async fn is_trusted(client: &reqwest::Client, server: SocketAddr) -> bool {
    let url = format!("https://localhost:{}/readyz", server.port());
    client.get(url).send().await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_replaced_without_dropping_a_connection_and_a_bad_one_is_not_taken() {
    let (files, first) = Files::new();
    let app = Builder::new()
        .settings(|settings| settings.tls = files.settings())
        .start()
        .await;
    let server = app.tls_address.unwrap();
    let old = client(&first, server);
    let url = format!("https://localhost:{}/readyz", server.port());
    let answer = old.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.version(), Version::HTTP_11);
    assert_eq!(
        answer.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    answer.bytes().await.unwrap();
    let plain = app.get("/api/connections").await;
    assert_eq!(plain.header("strict-transport-security"), "");

    // A pair that does not belong together.
    let other = rcgen::KeyPair::generate().unwrap();
    fs::write(files.key(), other.serialize_pem()).unwrap();
    while !logs::lines().contains("the old one stays in force") {
        tokio::task::yield_now().await;
    }
    assert!(is_trusted(&client(&first, server), server).await);

    let second = files.renew();
    while !is_trusted(&client(&second, server), server).await {
        tokio::task::yield_now().await;
    }
    assert!(!is_trusted(&client(&first, server), server).await);
    // Who is connected already notices nothing.
    let answer = old.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    app.stop().await.unwrap();
}
