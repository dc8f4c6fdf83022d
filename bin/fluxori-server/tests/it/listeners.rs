//! Where else a server listens.

use std::{
    fs,
    io::{Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
};

use fluxori_test_support::database::TestDatabase;

use crate::process::{Installation, run, told};

/// The answer to this request through a Unix socket.
fn ask(socket: &Path, path: &str) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_server_can_be_reached_by_a_unix_socket_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("server.sock");
    let path = socket.to_str().unwrap();
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("LISTEN", "none")
        .with("LISTEN_UNIX", path)
        .with("LISTEN_UNIX_MODE", "0600")
        // There is no address to count for.
        .with("ADDRESS_REQUESTS_PER_MINUTE", "1")
        .with("ADDRESS_REQUESTS_BURST", "1");
    let mut server = installation.launch();
    server.wait_for("event", "server.listening_unix");
    for _ in 0..3 {
        let answer = ask(&socket, "/api/openapi.json");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let own = [
        ("LISTEN".to_owned(), "none".to_owned()),
        ("LISTEN_UNIX".to_owned(), path.to_owned()),
    ];
    let probed = run(&["probe"], &own);
    assert!(probed.status.success(), "{probed:?}");

    let (errors, has_served) = told(&installation.run(&["serve"]));
    assert!(!has_served);
    assert!(errors.contains("another server answers there"), "{errors}");
    drop(server); // kill -9

    let mut server = installation.launch();
    server.wait_for("event", "server.listening_unix");
    assert!(ask(&socket, "/livez").starts_with("HTTP/1.1 200 "));
    assert!(server.stop());
    assert!(!socket.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_certificate_that_is_not_there_is_refused() {
    let installation = Installation::prepared(TestDatabase::sqlite())
        .with("LISTEN_TLS", "127.0.0.1:0")
        .with("TLS_CERTIFICATE_FILE", "/nowhere/certificate.pem");
    let (errors, has_served) = told(&installation.run(&["serve"]));
    assert!(!has_served);
    assert!(errors.contains("TLS_KEY_FILE belong together"), "{errors}");
    let installation = installation.with("TLS_KEY_FILE", "/nowhere/key.pem");
    let (errors, has_served) = told(&installation.run(&["serve"]));
    assert!(!has_served);
    assert!(
        errors.contains("the certificate cannot be read"),
        "{errors}"
    );
}
