//! TLS with a private root, and a proxy on the way. Both come from the environment, which a test may not change for the
//! others: each test runs itself again as a process of its own.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Command, Output},
    sync::{Arc, mpsc},
    thread,
};

use fluxori_domain::{Marketplace, OutcomeClass};
use fluxori_marketplaces::ProxyUse;
use fluxori_test_support::providers::keys;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use crate::support::{World, takealot};

/// Set in the second process: where to ask.
const URL: &str = "TLS_TEST_URL";
/// Set in the second process: the outcome to expect.
const EXPECTED: &str = "TLS_TEST_EXPECTED";

/// A private authority, and a server whose certificate it signed.
struct PrivateServer {
    root_pem: String,
    port: u16,
}

impl PrivateServer {
    /// Answers every connection as Takealot would.
    fn start(host: &str) -> Self {
        let mut root = CertificateParams::new(vec![]).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let issuer = Issuer::new(root, root_key);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();

        let chain = vec![CertificateDer::from(leaf.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                // A client that does not trust us hangs up, which is what one of the tests wants to see.
                let _ = answer(&mut StreamOwned::new(tls, connection));
            }
        });
        Self { root_pem, port }
    }
}

fn answer(stream: &mut (impl Read + Write)) -> std::io::Result<()> {
    read_head(stream)?;
    let body = r#"{"seller_id":7}"#;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.flush()
}

fn read_head(stream: &mut impl Read) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Takes `CONNECT` to anywhere and leads it to `port` of this machine. Sends the first line of each request.
fn start_proxy(port: u16) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let proxy_port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let head = read_head(&mut client).unwrap();
            let _ = sender.send(head.lines().next().unwrap_or_default().to_owned());
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let mut upward = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut upward.0, &mut upward.1));
            thread::spawn(move || std::io::copy(&mut server, &mut client));
        }
    });
    (proxy_port, receiver)
}

/// Runs one test of this program again, with this environment and nothing that leads elsewhere.
fn again(test: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn assert_passed(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

/// In the second process: asks, and expects what the first one said. `false` in the first process.
async fn is_second_process() -> bool {
    let Ok(url) = std::env::var(URL) else {
        return false;
    };
    let expected: OutcomeClass = std::env::var(EXPECTED).unwrap().parse().unwrap();
    let world = World::with(
        |http| http.proxy = ProxyUse::Environment,
        |settings| settings.takealot.marketplace_url = url.parse().unwrap(),
    );
    let fields = takealot(keys::TAKEALOT_GOOD);
    let report = world.test(Marketplace::Takealot, &fields).await;
    assert_eq!(report.outcome.class, expected);
    true
}

#[tokio::test]
async fn a_private_root_is_trusted_if_the_environment_names_it_and_only_then() {
    if is_second_process().await {
        return;
    }
    let test = "tls::a_private_root_is_trusted_if_the_environment_names_it_and_only_then";
    let server = PrivateServer::start("localhost");
    let stranger = PrivateServer::start("localhost");
    let folder = tempfile::tempdir().unwrap();
    let url = format!("https://localhost:{}", server.port);
    for (name, root, expected) in [
        ("ours.pem", &server.root_pem, "ok"),
        ("other.pem", &stranger.root_pem, "transient"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, root).unwrap();
        let file = file.to_str().unwrap();
        assert_passed(&again(
            test,
            &[("SSL_CERT_FILE", file), (URL, &url), (EXPECTED, expected)],
        ));
    }
}

#[tokio::test]
async fn a_proxy_that_the_environment_names_is_used_and_sees_the_host_only() {
    if is_second_process().await {
        return;
    }
    let test = "tls::a_proxy_that_the_environment_names_is_used_and_sees_the_host_only";
    let server = PrivateServer::start("marketplace.example");
    let (proxy_port, seen) = start_proxy(server.port);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root.pem");
    fs::write(&file, &server.root_pem).unwrap();
    assert_passed(&again(
        test,
        &[
            ("SSL_CERT_FILE", file.to_str().unwrap()),
            ("HTTPS_PROXY", &format!("http://127.0.0.1:{proxy_port}")),
            (URL, "https://marketplace.example"),
            (EXPECTED, "ok"),
        ],
    ));
    assert_eq!(
        seen.try_iter().collect::<Vec<_>>(),
        ["CONNECT marketplace.example:443 HTTP/1.1"]
    );
}
