//! The text format of Prometheus, read strictly, and compared with the table of metrics.

use std::collections::{BTreeMap, BTreeSet};

use fluxori_credentials::telemetry::{METRICS, Metric, MetricKind};

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// Every sample, each of a metric of the table with exactly its labels and allowed values.
pub(crate) fn read(text: &str) -> Vec<Sample> {
    assert!(text.ends_with('\n'), "the last line is whole");
    let mut types = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut samples = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(about) = line.strip_prefix("# ") {
            let (word, about) = about.split_once(' ').unwrap();
            let (name, about) = about.split_once(' ').unwrap();
            match word {
                "TYPE" => assert!(types.insert(name, about).is_none(), "{line}"),
                "HELP" => assert_eq!(about, metric(name).help),
                _ => panic!("{line}"),
            }
            continue;
        }
        let sample = sample(line);
        let metric = metric(&sample.name);
        assert_eq!(types.get(metric.name), Some(&metric.kind.name()), "{line}");
        check(metric, &sample);
        assert!(
            seen.insert(line.rsplit_once(' ').unwrap().0),
            "twice: {line}"
        );
        samples.push(sample);
    }
    samples
}

/// What the samples of this name with these labels add up to.
pub(crate) fn sum(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> f64 {
    let fits = |sample: &&Sample| {
        let has = |(name, value): &(&str, &str)| {
            sample.labels.get(*name).is_some_and(|held| held == value)
        };
        sample.name == name && labels.iter().all(has)
    };
    samples.iter().filter(fits).map(|sample| sample.value).sum()
}

fn metric(name: &str) -> &'static Metric {
    find(name).unwrap_or_else(|| panic!("{name} is not in the table"))
}

/// The metric that a series belongs to: the parts of a histogram go by other names.
pub(crate) fn find(name: &str) -> Option<&'static Metric> {
    let fits = |metric: &&Metric| match metric.kind {
        MetricKind::Histogram(_) => {
            let part = name.strip_prefix(metric.name);
            matches!(part, Some("" | "_bucket" | "_sum" | "_count"))
        }
        _ => metric.name == name,
    };
    METRICS.iter().find(fits)
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, mut rest) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
        None => (series, ""),
    };
    let mut labels = BTreeMap::new();
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").unwrap();
        // None of our values needs an escape.
        let (held, after) = after.split_once('"').unwrap();
        assert!(
            labels.insert(label.to_owned(), held.to_owned()).is_none(),
            "{line}"
        );
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Sample {
        name: name.to_owned(),
        labels,
        value: value.parse().unwrap(),
    }
}

fn check(metric: &Metric, sample: &Sample) {
    let mut labels = sample.labels.clone();
    if let MetricKind::Histogram(bounds) = metric.kind
        && let Some(bound) = labels.remove("le")
    {
        assert!(sample.name.ends_with("_bucket"), "{sample:?}");
        let bound = bound.parse::<f64>().unwrap();
        assert!(bound.is_infinite() || bounds.contains(&bound), "{sample:?}");
    }
    for label in metric.labels {
        let value = labels
            .remove(label.name)
            .unwrap_or_else(|| panic!("{sample:?}"));
        if let Some(allowed) = label.values.all() {
            assert!(allowed.contains(&value.as_str()), "{sample:?}");
        }
    }
    assert!(
        labels.is_empty(),
        "{sample:?} has more labels than the table says"
    );
    assert!(sample.value >= 0.0, "{sample:?}");
}
