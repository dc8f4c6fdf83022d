//! A browser and a sender small enough for tests: HTTP/1.1 to a loopback address, one request a connection.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use url::Url;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) body: String,
}

/// Sends a request with these headers, and follows nothing.
pub(super) fn send(
    method: &str,
    address: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let wrong = || io::Error::other("only http:// to this machine is served");
    let url = Url::parse(address).map_err(|_| wrong())?;
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" || !["127.0.0.1", "localhost"].contains(&host) {
        return Err(wrong());
    }
    let port = url.port().unwrap_or(80);
    let mut stream = TcpStream::connect((host, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received)?;
    parse(&String::from_utf8_lossy(&received)).ok_or_else(|| io::Error::other("no HTTP answer"))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let location = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| value.trim().to_owned());
    Some(Answer {
        status,
        location,
        body: body.to_owned(),
    })
}
