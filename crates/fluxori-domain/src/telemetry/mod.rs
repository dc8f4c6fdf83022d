//! What may be counted, measured and said: every metric with its labels and their values, and the name of every event of the
//! log. Nothing here counts or says anything.
//!
//! Whoever records one takes its name from here; whoever exports them learns from [`METRICS`] what they mean. No label ever
//! holds a user, an organization, a connection, a shop or any other text that came from outside.

pub mod events;
mod metric;
mod table;

pub use metric::{LabelValues, Metric, MetricKind, MetricLabel, Reporter};
pub use table::*;
