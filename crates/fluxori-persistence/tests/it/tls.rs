//! TLS to a server, verified.

use std::{fs, net::TcpListener, path::Path, process::Command};

use fluxori_domain::SecretText;
use fluxori_persistence::{Database, DatabaseError, DatabaseSettings};
use fluxori_test_support::database::PostgresServer;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Statements, run by the server's own administrator past TLS.
fn psql(server: &PostgresServer, statements: &str) -> String {
    let output = Command::new(server.bin_dir().join("psql"))
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statements,
        ])
        .arg(server.url("postgres"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Gives the server a certificate for `localhost`, and leaves the root certificate in a file of ours.
fn certify(server: &PostgresServer, root_file: &Path) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(root_file, root.self_signed(&root_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(root, root_key))
        .unwrap();
    // Written by the server, which wants to own its key. Lines become fields of one row.
    for (name, pem) in [
        ("server.key", key.serialize_pem()),
        ("server.crt", certificate.pem()),
    ] {
        let file = server.socket_dir().join(name);
        let lines = pem.trim().lines().collect::<Vec<_>>().join("', '");
        psql(
            server,
            &format!(
                "COPY (SELECT unnest(ARRAY['{lines}'])) TO PROGRAM 'umask 077; cat > {}'",
                file.display()
            ),
        );
        let setting = if name == "server.key" {
            "ssl_key_file"
        } else {
            "ssl_cert_file"
        };
        psql(
            server,
            &format!("ALTER SYSTEM SET {setting} = '{}'", file.display()),
        );
    }
    psql(server, "ALTER SYSTEM SET ssl = on");
    psql(server, "SELECT pg_reload_conf()");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_trusted_only_with_a_certificate_for_its_name_from_a_known_root() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let server = PostgresServer::start_on(port, &["listen_addresses=127.0.0.1"]).unwrap();
    certify(&server, &root);
    let settings = |host: &str, parameters: &str| {
        let url = format!("postgres://postgres@{host}:{port}/postgres?{parameters}");
        DatabaseSettings::new(SecretText::new(url))
    };
    let with_root = format!("sslmode=verify-full&sslrootcert={}", root.display());

    let good = settings("localhost", &with_root);
    Database::migrate(&good).await.unwrap();
    let database = Database::connect(&good).await.unwrap();
    database.ping().await.unwrap();
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE application_name = 'fluxori'";
    assert_eq!(psql(&server, encrypted), "t\n");

    for (host, parameters) in [
        ("127.0.0.1", &*with_root),           // not the name in the certificate
        ("localhost", "sslmode=verify-full"), // not a root of this machine
        ("localhost", "sslmode=require"),
        ("localhost", "sslmode=prefer"),
    ] {
        let refused = Database::connect(&settings(host, parameters)).await;
        assert!(
            matches!(refused, Err(DatabaseError::Unreachable(_))),
            "{host} {parameters}: {refused:?}"
        );
    }
    let missing = settings("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem");
    let refused = Database::connect(&missing).await;
    assert!(
        matches!(refused, Err(DatabaseError::RootCertificate(_))),
        "{refused:?}"
    );
    Database::connect(&settings("localhost", "sslmode=disable"))
        .await
        .unwrap();
}
