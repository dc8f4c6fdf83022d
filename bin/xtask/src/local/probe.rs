//! Asking a local server for a status code, without an HTTP client.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// The status code of `GET path`; an error while nothing answers there.
pub(crate) fn status_of(address: SocketAddr, path: &str) -> io::Result<u16> {
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    code_in(&line).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no HTTP status line"))
}

fn code_in(line: &str) -> Option<u16> {
    let code = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    code.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener, thread};

    use super::*;

    #[test]
    fn the_status_of_an_answer_is_read() {
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
            stream
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
                .unwrap();
            request
        });
        assert_eq!(status_of(address, "/readyz").unwrap(), 503);
        assert!(server.join().unwrap().starts_with(b"GET /readyz HTTP/1"));
    }

    #[test]
    fn something_that_speaks_no_http_has_no_status() {
        assert_eq!(code_in("220 mail.example ESMTP"), None);
        assert_eq!(code_in(""), None);
        assert_eq!(code_in("HTTP/1.1 200\r\n"), Some(200));
    }
}
