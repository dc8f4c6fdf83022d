use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{Instant, timeout_at},
};

use super::wording;

/// So many spans wait at most; more are dropped.
const MOST_WAITING: usize = 4_096;
/// So many are sent at once.
const BATCH: usize = 512;
/// How long the first of a batch waits for others.
const GATHER: Duration = Duration::from_secs(1);

/// Where spans go when they end: into a queue, or nowhere when it is full. Whoever ends one never waits. Cheap to clone.
#[derive(Clone)]
pub(super) struct Queue {
    // Nothing is the last: nobody sends after it.
    spans: Sender<Option<SpanData>>,
    dropped: Arc<AtomicU64>,
}

/// The other end of the queue.
pub(super) struct Waiting {
    spans: Receiver<Option<SpanData>>,
    dropped: Arc<AtomicU64>,
}

/// Spans to send together.
pub(super) struct Batch {
    pub(super) spans: Vec<SpanData>,
    /// How many were dropped since the batch before.
    pub(super) dropped: u64,
    /// Nothing comes after it.
    pub(super) is_last: bool,
}

pub(super) fn bounded() -> (Queue, Waiting) {
    let (sender, receiver) = channel(MOST_WAITING);
    let dropped = Arc::<AtomicU64>::default();
    let waiting = Waiting {
        spans: receiver,
        dropped: Arc::clone(&dropped),
    };
    let queue = Queue {
        spans: sender,
        dropped,
    };
    (queue, waiting)
}

impl Queue {
    /// Nothing will come any more.
    pub(super) async fn end(&self) {
        // Nobody listens when it has ended already.
        let _ = self.spans.send(None).await;
    }
}

impl Waiting {
    /// Waits for spans, and a moment for more of them.
    pub(super) async fn next(&mut self) -> Batch {
        let mut spans = Vec::new();
        let is_last = self.gather(&mut spans).await;
        Batch {
            spans,
            dropped: self.dropped.swap(0, Ordering::Relaxed),
            is_last,
        }
    }

    async fn gather(&mut self, spans: &mut Vec<SpanData>) -> bool {
        let Some(Some(first)) = self.spans.recv().await else {
            return true;
        };
        spans.push(first);
        let deadline = Instant::now() + GATHER;
        while spans.len() < BATCH {
            match timeout_at(deadline, self.spans.recv()).await {
                Ok(Some(Some(span))) => spans.push(span),
                Ok(_) => return true,
                Err(_) => break,
            }
        }
        false
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue(..)")
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.spans.try_send(Some(wording::of(span))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_drops_and_counts_and_nobody_waits() {
        let (queue, mut waiting) = bounded();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(queue.clone())
            .build();
        let tracer = provider.tracer("test");
        for _ in 0..MOST_WAITING + 3 {
            tracer.start("transaction").end();
        }
        let batch = waiting.next().await;
        assert_eq!((batch.spans.len(), batch.dropped), (BATCH, 3));
        assert!(!batch.is_last);

        let ended = tokio::spawn(async move { queue.end().await });
        let mut left = MOST_WAITING - BATCH;
        loop {
            let batch = waiting.next().await;
            left -= batch.spans.len();
            if batch.is_last {
                break;
            }
        }
        assert_eq!(left, 0);
        ended.await.unwrap();
    }
}
