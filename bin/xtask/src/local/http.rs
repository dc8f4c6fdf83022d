//! One request of HTTP/1.1 and its answer, without an HTTP client.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// A request, on a connection of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// `null` for none.
    pub(crate) body: &'a Value,
    /// How long connecting, and each part of the answer, may take.
    pub(crate) patience: Duration,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Request<'_> {
    /// Sends it, and reads the whole answer. A body that is no JSON is told as `null`: it may hold secrets.
    pub(crate) fn send(&self, address: SocketAddr) -> io::Result<Answer> {
        let body = if self.body.is_null() {
            String::new()
        } else {
            self.body.to_string()
        };
        let mut stream = TcpStream::connect_timeout(&address, self.patience)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        let mut request = Vec::new();
        let (method, path, length) = (self.method, self.path, body.len());
        write!(
            request,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n"
        )?;
        if !body.is_empty() {
            write!(request, "content-type: application/json\r\n")?;
        }
        for (name, value) in self.headers {
            write!(request, "{name}: {value}\r\n")?;
        }
        write!(request, "\r\n{body}")?;
        stream.write_all(&request)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        read(&answer)
    }
}

/// A whole answer; one that was cut off is none.
fn read(answer: &[u8]) -> io::Result<Answer> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| invalid("an answer without an end of its head"))?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| {
        let code = line.strip_prefix("http/1.")?.split(' ').nth(1)?;
        code.parse().ok()
    });
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| *name == "content-length")
        .and_then(|(_, value)| value.trim().parse::<usize>().ok());
    let body = &answer[end + 4..];
    if length.is_some_and(|length| body.len() < length) {
        return Err(invalid("half an answer"));
    }
    Ok(Answer {
        status: status.ok_or_else(|| invalid("no HTTP status line"))?,
        body: serde_json::from_slice(body).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_answer_is_read() {
        let good = b"HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        let answer = read(good).unwrap();
        assert_eq!((answer.status, &answer.body["a"]), (201, &Value::from(1)));
        assert!(read(&good[..good.len() - 1]).is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\n").is_err());
        assert!(read(b"220 mail.example ESMTP\r\n\r\n").is_err());
    }

    #[test]
    fn what_is_no_json_is_not_told() {
        let answer = read(b"HTTP/1.1 200 OK\r\n\r\ncanary").unwrap();
        assert_eq!(answer.body, Value::Null);
    }
}
