//! Traces: what is done as spans, sent to a collector by OTLP while nobody waits for it.

mod queue;
mod sending;
mod share;
mod wording;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fluxori_credentials::{HttpClient, ObservationSection, ServiceName, telemetry::events};
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracerProvider, Tracer},
};
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;

use queue::{Queue, Waiting};
use sending::Sender;
use share::Share;

/// How long the last spans may take to leave at shutdown.
const LAST_DEADLINE: Duration = Duration::from_secs(5);

/// Spans that wait for who sends them.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
    queue: Queue,
    waiting: Waiting,
    collector: Url,
    resource: Resource,
}

/// Spans on their way.
pub(crate) struct SendingTraces {
    queue: Queue,
    task: JoinHandle<()>,
}

impl Traces {
    /// Takes what the settings say; nothing when traces are off.
    pub(crate) fn of(settings: &ObservationSection, service: &ServiceName) -> Result<Option<Self>> {
        let Some(base) = &settings.otlp_url else {
            return Ok(None);
        };
        ensure!(
            settings.traces_percent <= 100,
            "TRACES_PERCENT is a share: 0 to 100"
        );
        let collector = collector(base)?;
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", service.to_string()),
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                KeyValue::new("service.instance.id", Uuid::new_v4().to_string()),
            ])
            .build();
        let (queue, waiting) = queue::bounded();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(queue.clone())
            .with_sampler(Share::new(
                settings.traces_percent,
                settings.traces_follow_callers,
            ))
            .with_resource(resource.clone())
            .build();
        Ok(Some(Self {
            provider,
            queue,
            waiting,
            collector,
            resource,
        }))
    }

    /// Who makes spans.
    pub(crate) fn tracer(&self) -> Tracer {
        self.provider.tracer("fluxori")
    }

    /// Begins to send, on the present runtime.
    pub(crate) fn send(self, http: HttpClient) -> SendingTraces {
        tracing::info!(
            event = events::TRACES_ON,
            collector = %self.collector.origin().ascii_serialization(),
            "traces are sent"
        );
        let sender = Sender::new(http, self.collector, &self.resource);
        SendingTraces {
            task: tokio::spawn(sender.run(self.waiting)),
            queue: self.queue,
        }
    }
}

impl SendingTraces {
    /// Sends what is left, if that is soon done.
    pub(crate) async fn finish(self) {
        let finished = async {
            self.queue.end().await;
            // It ends when it has sent the last; what else could be said of it, nobody reads any more.
            let _ = self.task.await;
        };
        // What a collector does not take in time is lost.
        let _ = tokio::time::timeout(LAST_DEADLINE, finished).await;
    }
}

/// Where a collector takes traces, by its base address.
fn collector(base: &Url) -> Result<Url> {
    ensure!(
        matches!(base.scheme(), "http" | "https")
            && base.username().is_empty()
            && base.query().is_none(),
        "OTLP_URL must be http:// or https:// without a name, a password or a query"
    );
    let mut address = base.clone();
    address
        .path_segments_mut()
        .ok()
        .context("OTLP_URL has no path")?
        .pop_if_empty()
        .extend(["v1", "traces"]);
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added_to_the_base() {
        let of = |base: &str| collector(&base.parse().unwrap()).map(String::from);
        assert_eq!(
            of("http://127.0.0.1:4318").unwrap(),
            "http://127.0.0.1:4318/v1/traces"
        );
        assert_eq!(
            of("https://otel.example.com/otlp/").unwrap(),
            "https://otel.example.com/otlp/v1/traces"
        );
        assert!(of("ftp://127.0.0.1/").is_err());
        assert!(of("http://name:password@127.0.0.1/").is_err());
    }
}
