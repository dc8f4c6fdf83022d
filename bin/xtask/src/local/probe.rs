//! Asking a local server for a status code or a text, without an HTTP client.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// A port that was free a moment ago.
pub(crate) fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// The status code of `GET path`; an error while nothing answers there.
pub(crate) fn status_of(address: SocketAddr, path: &str) -> io::Result<u16> {
    let mut line = String::new();
    ask(address, path)?.read_line(&mut line)?;
    code_in(&line).ok_or_else(|| invalid("no HTTP status line"))
}

/// What comes after the head of the answer to `GET path`, which has to be a 200.
pub(crate) fn text_of(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut answer = String::new();
    ask(address, path)?.read_to_string(&mut answer)?;
    if code_in(&answer) != Some(200) {
        return Err(invalid("the status is not 200"));
    }
    let (_, text) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| invalid("an answer without an end of its head"))?;
    Ok(text.to_owned())
}

fn ask(address: SocketAddr, path: &str) -> io::Result<BufReader<TcpStream>> {
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    Ok(BufReader::new(stream))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn code_in(line: &str) -> Option<u16> {
    let code = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    code.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Answers one request with this, and returns the request.
    fn serve(answer: &'static str) -> (SocketAddr, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // To its end: closing on unread bytes may take the answer with it.
            let mut request = Vec::new();
            let mut piece = [0; 256];
            while !request.ends_with(b"\r\n\r\n") {
                let length = stream.read(&mut piece).unwrap();
                assert!(length > 0, "the request ended early");
                request.extend(&piece[..length]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            request
        });
        (address, server)
    }

    #[test]
    fn the_status_of_an_answer_is_read() {
        let (address, server) = serve("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert_eq!(status_of(address, "/readyz").unwrap(), 503);
        assert!(server.join().unwrap().starts_with(b"GET /readyz HTTP/1"));
    }

    #[test]
    fn only_the_text_of_a_good_answer_is_read() {
        let (address, _server) = serve("HTTP/1.1 200 OK\r\na: b\r\n\r\none\n\r\ntwo");
        assert_eq!(text_of(address, "/metrics").unwrap(), "one\n\r\ntwo");
        let (address, _server) = serve("HTTP/1.1 404 Not Found\r\n\r\nno");
        assert!(text_of(address, "/metrics").is_err());
    }

    #[test]
    fn something_that_speaks_no_http_has_no_status() {
        assert_eq!(code_in("220 mail.example ESMTP"), None);
        assert_eq!(code_in(""), None);
        assert_eq!(code_in("HTTP/1.1 200\r\n"), Some(200));
    }
}
