//! What may be counted and measured: every metric with its labels and their values. Nothing here counts.
//!
//! Whoever records one takes its name from here; whoever exports them learns from [`METRICS`] what they mean. No label ever
//! holds a user, an organization, a connection, a shop or any other text that came from outside.

mod metric;
mod table;

pub use metric::{LabelValues, Metric, MetricKind, MetricLabel, Reporter};
pub use table::*;
