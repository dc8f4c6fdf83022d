//! The rules that Prometheus alerts by, and the page that says what to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::Deserialize;

use crate::{dashboard::placeholders, promql::check};

const PAGE: &str = "docs/operations/alerts.md";

/// A file of rules. What is misspelt in it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    alert: String,
    expr: String,
    r#for: Option<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

pub(crate) fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn groups() -> Vec<Group> {
    let text = read("docs/operations/prometheus/alerts.yaml");
    let rules: Rules = serde_saphyr::from_str(&text).unwrap();
    rules.groups
}

fn rules() -> Vec<Rule> {
    groups().into_iter().flat_map(|group| group.rules).collect()
}

#[test]
fn every_alert_asks_for_metrics_that_exist_and_says_it_once() {
    let mut names = BTreeSet::new();
    for group in groups() {
        assert!(names.insert(group.name.clone()), "{} twice", group.name);
        assert!(!group.rules.is_empty(), "{}", group.name);
    }
    for rule in rules() {
        let name = &rule.alert;
        assert!(names.insert(name.clone()), "{name} twice");
        let labels = check(&rule.expr).unwrap_or_else(|trouble| panic!("{name}: {trouble}"));
        let summary = &rule.annotations["summary"];
        for placeholder in placeholders(summary) {
            let label = placeholder.strip_prefix("$labels.");
            assert!(
                placeholder == "$value" || label.is_some_and(|label| labels.contains(label)),
                "{name} has no {placeholder}"
            );
        }
        let severity = rule.labels["severity"].as_str();
        assert!(["critical", "warning"].contains(&severity), "{name}");
        if let Some(pause) = rule.r#for {
            let (count, unit) = pause.split_at(pause.len() - 1);
            assert!(
                count.parse::<u32>().is_ok() && ["m", "h"].contains(&unit),
                "{name}"
            );
        }
    }
}

#[test]
fn every_alert_has_its_runbook_and_every_runbook_its_alert() {
    let page = read(PAGE);
    let sections: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## Fluxori"))
        .map(|rest| format!("Fluxori{rest}"))
        .collect();
    let rules = rules();
    for rule in &rules {
        let anchor = format!("{PAGE}#{}", rule.alert.to_lowercase());
        assert_eq!(rule.annotations["runbook"], anchor, "{}", rule.alert);
    }
    let names = rules.into_iter().map(|rule| rule.alert).collect();
    assert_eq!(sections, names);
}
