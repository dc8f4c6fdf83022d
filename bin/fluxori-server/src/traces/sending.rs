use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fluxori_credentials::{
    HttpClient,
    telemetry::{TRACE_SPANS, events},
};
use metrics::{Counter, counter};
use opentelemetry_proto::{
    tonic::collector::trace::v1::ExportTraceServiceRequest,
    transform::{
        common::tonic::ResourceAttributesWithSchema,
        trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{Resource, trace::SpanData};
use prost_otlp::Message as _;
use url::Url;

use super::queue::Waiting;

/// How long a collector may take over a batch.
const DEADLINE: Duration = Duration::from_secs(5);
/// The content type of OTLP over HTTP.
const PROTOBUF: &str = "application/x-protobuf";

/// Sends batches of spans, one after the other. One that is not taken is lost, counted, and never tried again: the next one waits.
pub(super) struct Sender {
    http: HttpClient,
    collector: Url,
    resource: ResourceAttributesWithSchema,
    sent: Counter,
    refused: Counter,
    dropped: Counter,
    is_taken: bool,
}

impl Sender {
    pub(super) fn new(http: HttpClient, collector: Url, resource: &Resource) -> Self {
        let spans = |result: &'static str| counter!(TRACE_SPANS, "result" => result);
        Self {
            http,
            collector,
            resource: resource.into(),
            sent: spans("sent"),
            refused: spans("refused"),
            dropped: spans("dropped"),
            is_taken: true,
        }
    }

    /// Sends until the last batch is sent.
    pub(super) async fn run(mut self, mut waiting: Waiting) {
        loop {
            let batch = waiting.next().await;
            self.dropped.increment(batch.dropped);
            let spans = batch.spans.len() as u64;
            if spans > 0 {
                let result = self.send(batch.spans).await;
                let counter = if result.is_ok() {
                    &self.sent
                } else {
                    &self.refused
                };
                counter.increment(spans);
                self.say(result);
            }
            if batch.is_last {
                return;
            }
        }
    }

    async fn send(&self, spans: Vec<SpanData>) -> Result<()> {
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(spans, &self.resource),
        };
        let sending = self
            .http
            .pool()
            .post(self.collector.clone())
            .timeout(DEADLINE)
            .header("content-type", PROTOBUF)
            .body(request.encode_to_vec());
        let answer = match sending.send().await {
            Ok(answer) => answer,
            Err(error) => return Err(error.without_url()).context("the collector did not answer"),
        };
        let status = answer.status();
        ensure!(status.is_success(), "the collector answered {status}");
        Ok(())
    }

    /// Says when that changes, not each time.
    fn say(&mut self, result: Result<()>) {
        match result {
            Ok(()) if !self.is_taken => {
                tracing::info!(
                    event = events::TRACES_TAKEN,
                    "the collector takes traces again"
                );
                self.is_taken = true;
            }
            Err(error) if self.is_taken => {
                tracing::warn!(
                    event = events::TRACES_REFUSED,
                    error = format!("{error:#}"),
                    "traces are lost"
                );
                self.is_taken = false;
            }
            Ok(()) | Err(_) => {}
        }
    }
}
