use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use fluxori_credentials::{ApiSection, Values};

/// Longer than a server takes to say that it is not ready.
const PATIENCE: Duration = Duration::from_secs(4);
/// A status line is shorter.
const MOST_OF_A_LINE: u64 = 256;

/// Whom to ask, and what.
#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// Address and port of the server; when absent, the first of `LISTEN`, on this machine, or else `LISTEN_UNIX`.
    address: Option<SocketAddr>,
    /// Ask only whether the process answers (`/livez`), not whether it can serve requests (`/readyz`).
    #[arg(long)]
    live: bool,
}

/// Asks a running server whether it is ready, for whoever has nothing else to ask with.
pub(crate) fn probe(arguments: &ProbeArguments) -> Result<ExitCode> {
    let path = if arguments.live { "/livez" } else { "/readyz" };
    match arguments.address {
        Some(address) => ask(address, path)?,
        None => ask_own(path)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn ask_own(path: &str) -> Result<()> {
    let settings = ApiSection::load(&Values::from_env()?)?;
    match (settings.listen.0.first(), settings.listen_unix) {
        (Some(first), _) => ask(reachable(*first), path),
        (None, Some(socket)) => ask_unix(&socket, path),
        (None, None) => {
            bail!("neither LISTEN nor LISTEN_UNIX names where to ask; LISTEN_TLS is not asked")
        }
    }
}

/// A server that listens everywhere is asked on this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn ask(address: SocketAddr, path: &str) -> Result<()> {
    let server = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nobody answers at {address}"))?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.set_write_timeout(Some(PATIENCE))?;
    hear(server, &address.to_string(), path)
}

fn ask_unix(socket: &Path, path: &str) -> Result<()> {
    let place = socket.display().to_string();
    let server =
        UnixStream::connect(socket).with_context(|| format!("nobody answers at {place}"))?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.set_write_timeout(Some(PATIENCE))?;
    hear(server, &place, path)
}

fn hear(mut server: impl Read + Write, address: &str, path: &str) -> Result<()> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: fluxori\r\nconnection: close\r\n\r\n");
    server.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(server.take(MOST_OF_A_LINE))
        .read_line(&mut line)
        .with_context(|| format!("{address} does not answer {path}"))?;
    match line.split(' ').nth(1) {
        Some("200") => Ok(()),
        Some("503") => bail!("{address} is not ready; its log says why"),
        _ => bail!("what answers {path} at {address} is no fluxori-server"),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// What asking comes to when the other side answers so.
    fn told(answer: &'static str) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            client.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(head).unwrap()
        });
        let result = ask(address, "/readyz");
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1"));
        result
    }

    #[test]
    fn only_200_is_ready() {
        told("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        let error = told("HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap_err();
        assert!(error.to_string().contains("is not ready"), "{error}");
        for other in ["HTTP/1.1 404 Not Found\r\n\r\n", "SSH-2.0-x\r\n", ""] {
            let error = told(other).unwrap_err().to_string();
            assert!(error.contains("no fluxori-server"), "{error}");
        }
    }

    #[test]
    fn a_server_that_listens_everywhere_is_asked_here() {
        for (listens, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }
}
