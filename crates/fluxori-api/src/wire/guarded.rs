//! A connection that ends when its other side stands still.
//!
//! The framework bounds how long the first head on a connection may take, and how long a connection is kept that sends
//! nothing. It bounds neither the head of a later request nor how slowly an answer is read.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::Line;

/// How long a connection is kept on which no request is answered, whatever comes on it.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// How long an answer may wait to be taken, and for so much longer as it takes to take it at [`SLOWEST`].
const SEND: Duration = Duration::from_secs(30);
/// Bytes a second.
const SLOWEST: u32 = 1_024;

/// A connection, watched.
pub(crate) struct Guarded<S> {
    inner: S,
    line: Line,
    /// Rings when nothing was asked for too long.
    idle: Option<Pin<Box<Sleep>>>,
    /// What is waiting to be taken by the other side.
    sending: Option<Sending>,
}

struct Sending {
    since: Instant,
    taken: u32,
    bell: Pin<Box<Sleep>>,
}

impl<S> Guarded<S> {
    pub(super) fn plain(inner: S) -> Self {
        Self::new(inner, Line::opened(false))
    }

    pub(super) fn encrypted(inner: S) -> Self {
        Self::new(inner, Line::opened(true))
    }

    const fn new(inner: S, line: Line) -> Self {
        Self {
            inner,
            line,
            idle: None,
            sending: None,
        }
    }

    pub(super) const fn line(&self) -> &Line {
        &self.line
    }

    /// Fails when no request was answered for too long.
    fn check_idle(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some(closes_at) = self.line.closes_at(IDLE) else {
            return Ok(());
        };
        let bell = self
            .idle
            .get_or_insert_with(|| Box::pin(sleep_until(closes_at)));
        if bell.deadline() != closes_at {
            bell.as_mut().reset(closes_at);
        }
        match bell.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// Takes note of what the other side took; fails when that is too little for too long.
    fn check_sent(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.line.sent();
                if let Some(sending) = &mut self.sending {
                    let bytes = u32::try_from(*bytes).unwrap_or(u32::MAX);
                    sending.taken = sending.taken.saturating_add(bytes);
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let sending = self.sending.get_or_insert_with(Sending::begin);
                ready!(sending.poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl Sending {
    fn begin() -> Self {
        let since = Instant::now();
        Self {
            since,
            taken: 0,
            bell: Box::pin(sleep_until(since + SEND)),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = SEND + Duration::from_secs(u64::from(self.taken / SLOWEST));
        self.bell.as_mut().reset(self.since + patience);
        self.bell.as_mut().poll(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.check_idle(context)?;
        Pin::new(&mut this.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(context, bytes);
        this.check_sent(context, written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.inner).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            this.sending = None;
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        time::{sleep, timeout},
    };

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn pair() -> (Guarded<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        (Guarded::plain(ours), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_ends_whatever_comes_on_it() {
        let (mut ours, mut theirs) = pair();
        let drip = tokio::spawn(async move {
            while theirs.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(10)).await;
            }
        });
        let began = Instant::now();
        let error = loop {
            if let Err(error) = ours.read_u8().await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), IDLE.as_secs());
        drop(ours);
        drip.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_whose_request_is_answered_stays() {
        let (mut ours, _theirs) = pair();
        let answering = ours.line().answering();
        assert!(timeout(HOUR, ours.read_u8()).await.is_err(), "it waits");
        drop(answering);
        let began = Instant::now();
        let error = ours.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), IDLE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_is_not_kept_for_long() {
        let (mut ours, _theirs) = pair();
        let began = Instant::now();
        let error = ours.write_all(&[0; 1_000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), SEND.as_secs());
    }

    /// Sends 200 KiB to somebody who takes so much in a second.
    async fn sent_to(a_second: usize) -> io::Result<()> {
        let (mut ours, mut theirs) = pair();
        let taking = tokio::spawn(async move {
            let mut taken = vec![0; a_second];
            while theirs.read_exact(&mut taken).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let sent = async {
            ours.write_all(&vec![0; 200 * 1_024]).await?;
            ours.flush().await
        };
        let sent = sent.await;
        taking.abort();
        sent
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_an_answer_slowly_gets_it_and_who_hardly_takes_it_does_not() {
        sent_to(2_048).await.unwrap();
        let error = sent_to(64).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
