use crate::{Backend, ConnectionStatus, Marketplace, OutcomeClass};

/// A metric: what it is called, what it says, and which labels it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it behaves.
    pub kind: MetricKind,
    /// Its labels; every sample has all of them.
    pub labels: &'static [MetricLabel],
    /// Who reports it.
    pub reporter: Reporter,
    /// What it says, in one sentence.
    pub help: &'static str,
}

/// How a metric behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetricKind {
    /// Only grows, and begins anew with the process.
    Counter,
    /// Is what it is.
    Gauge,
    /// Durations in seconds, counted up to each of these bounds.
    Histogram(&'static [f64]),
}

impl MetricKind {
    /// The fixed name, as the text format writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// Who reports a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporter {
    /// The server, and every adapter whose program has a recorder.
    Everybody,
    /// The server.
    Server,
    /// Of all servers the one that did the latest round of background work: the others say nothing.
    Housekeeper,
}

/// A label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricLabel {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub values: LabelValues,
}

/// What a label may hold: always one of few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelValues {
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A [`Marketplace`].
    Marketplace,
    /// An [`OutcomeClass`].
    OutcomeClass,
    /// An [`OutcomeClass`], or one of these.
    OutcomeClassOr(&'static [&'static str]),
    /// The name of a [`ConnectionStatus`].
    ConnectionStatus,
    /// A [`Backend`].
    Backend,
    /// Something that the installation has few of.
    Few(&'static str),
}

impl LabelValues {
    /// All values, where they are known.
    #[must_use]
    pub fn all(self) -> Option<Vec<&'static str>> {
        let classes = || OutcomeClass::ALL.iter().map(|class| class.as_str());
        Some(match self {
            Self::OneOf(values) => values.to_vec(),
            Self::Marketplace => Marketplace::ALL.iter().map(|one| one.as_str()).collect(),
            Self::OutcomeClass => classes().collect(),
            Self::OutcomeClassOr(others) => classes().chain(others.iter().copied()).collect(),
            Self::ConnectionStatus => ConnectionStatus::NAMES.to_vec(),
            Self::Backend => Backend::ALL.iter().map(|one| one.as_str()).collect(),
            Self::Few(_) => return None,
        })
    }
}
