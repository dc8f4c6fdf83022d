//! The load: one request over and over, on connections that stay open. The same for everybody.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Not counted: connections are opened, caches filled.
const WARM_UP: Duration = Duration::from_millis(500);

/// Callers who ask one after the other, each on a connection of its own; as many clients has pgbench.
pub(crate) const CALLERS: usize = 8;

/// Requests a second, all callers together.
pub(crate) fn rate(address: SocketAddr, request: &str, length: Duration) -> f64 {
    let (counting, stop, count) = (
        AtomicBool::new(false),
        AtomicBool::new(false),
        AtomicU64::new(0),
    );
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut caller = Caller::connect(address);
                while !stop.load(Ordering::Relaxed) {
                    caller.ask(request);
                    if counting.load(Ordering::Relaxed) {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        thread::sleep(WARM_UP);
        let start = Instant::now();
        counting.store(true, Ordering::Relaxed);
        thread::sleep(length);
        counting.store(false, Ordering::Relaxed);
        let elapsed = start.elapsed();
        stop.store(true, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "far below 2⁵² requests")]
        let count = count.load(Ordering::Relaxed) as f64;
        count / elapsed.as_secs_f64()
    })
}

/// The body of one answer.
pub(crate) fn body(address: SocketAddr, request: &str) -> Vec<u8> {
    Caller::connect(address).ask(request).to_vec()
}

pub(crate) struct Caller {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Caller {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        Self {
            stream,
            buffer: vec![0; 64 * 1024],
        }
    }

    /// Sends the request and returns the body of a good answer.
    fn ask(&mut self, request: &str) -> &[u8] {
        let (status, body) = self.exchange(request);
        assert_eq!(status, 200);
        body
    }

    /// Sends the request and returns status and body of the answer.
    pub(crate) fn exchange(&mut self, request: &str) -> (u16, &[u8]) {
        self.stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        let mut filled = 0;
        loop {
            let read = self
                .stream
                .read(&mut self.buffer[filled..])
                .expect("the server answers");
            assert!(read > 0, "the server closed the connection");
            filled += read;
            if let Some((status, start, end)) = bounds(&self.buffer[..filled])
                && filled >= end
            {
                assert_eq!(filled, end, "one answer to one request");
                return (status, &self.buffer[start..end]);
            }
        }
    }
}

/// The status of an answer, and where its body begins and ends, once its head has arrived.
fn bounds(answer: &[u8]) -> Option<(u16, usize, usize)> {
    const LENGTH: &str = "content-length: ";
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).expect("heads are ASCII");
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix(LENGTH))
        .expect("answers have a length");
    let length: usize = length.parse().expect("lengths are numbers");
    let status = status.expect("answers begin with their status");
    Some((status, head + 4, head + 4 + length))
}
