//! Metrics for Prometheus: recorded everywhere, told on a listener of their own.

mod exposition;
mod listener;
mod reference;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use fluxori_credentials::{
    Clock, SecretExpiry, Settings, Wiring,
    telemetry::{
        APPLICATION_SECRET_EXPIRY, BUILD_INFO, HOUSEKEEPING_ROUNDS, METRICS, MetricKind,
        PROCESS_START_TIME, TRACE_SPANS,
    },
};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub(crate) use listener::{MetricsListener, check};
pub(crate) use reference::metrics_reference;

/// How often what was recorded of durations is added up, so that it does not pile up while nobody reads it.
const TIDY: Duration = Duration::from_secs(10);

/// What was recorded. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Recorded {
    prometheus: PrometheusHandle,
    keeps_house: KeepsHouse,
}

/// Whether this server did the latest round of background work, and may speak of what only that knows.
#[derive(Clone, Default)]
pub(crate) struct KeepsHouse(Arc<AtomicBool>);

impl KeepsHouse {
    pub(crate) fn set(&self, keeps: bool) {
        self.0.store(keeps, Ordering::Release);
    }

    fn keeps(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Recorded {
    /// Begins to record. To be called before anything that is to be recorded is made.
    pub(crate) fn start(keeps_house: KeepsHouse) -> Result<Self> {
        let mut builder = PrometheusBuilder::new();
        for metric in METRICS {
            if let MetricKind::Histogram(bounds) = metric.kind {
                let name = Matcher::Full(metric.name.to_owned());
                builder = builder
                    .set_buckets_for_metric(name, bounds)
                    .context("a histogram has bounds")?;
            }
        }
        let recorder = builder.build_recorder();
        let prometheus = recorder.handle();
        metrics::set_global_recorder(recorder)
            .map_err(|_| anyhow::anyhow!("metrics are recorded already"))?;
        describe();
        Ok(Self {
            prometheus,
            keeps_house,
        })
    }

    /// All of it, in the text format.
    fn text(&self) -> String {
        let all = self.prometheus.render();
        if self.keeps_house.keeps() {
            all
        } else {
            exposition::without_housekeepers(&all)
        }
    }

    /// Adds up what was recorded of durations, for ever.
    async fn tidy(self) {
        let mut moments = tokio::time::interval(TIDY);
        loop {
            moments.tick().await;
            self.prometheus.run_upkeep();
        }
    }
}

fn describe() {
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => describe_counter!(metric.name, metric.help),
            MetricKind::Gauge => describe_gauge!(metric.name, metric.help),
            MetricKind::Histogram(_) => {
                describe_histogram!(metric.name, Unit::Seconds, metric.help);
            }
        }
    }
}

/// What holds for as long as the process runs.
pub(crate) fn observe_process(settings: &Settings, clock: &dyn Clock) {
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    gauge!(PROCESS_START_TIME).set(seconds(clock.now().timestamp_millis()));
    for expiry in SecretExpiry::all_of(settings) {
        gauge!(APPLICATION_SECRET_EXPIRY, "setting" => expiry.setting)
            .set(seconds(expiry.at.timestamp_millis()));
    }
    for result in ["sent", "dropped", "refused"] {
        counter!(TRACE_SPANS, "result" => result).increment(0);
    }
    for result in ["done", "elsewhere", "failed"] {
        counter!(HOUSEKEEPING_ROUNDS, "result" => result).increment(0);
    }
}

/// Milliseconds since 1970 as seconds.
#[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
pub(crate) const fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

/// Reports what is looked at, not counted.
fn look(wiring: &Wiring) {
    wiring.observe_now();
}
