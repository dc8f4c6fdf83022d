//! The dashboard for Grafana.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{alerts::read, exposition::find, promql::check};

fn dashboard() -> Value {
    serde_json::from_str(&read("docs/operations/grafana/fluxori.json")).unwrap()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {value}"))
}

/// What is written as `{{ name }}` or `{{ name | function }}`.
pub(crate) fn placeholders(template: &str) -> Vec<&str> {
    let parts = template.split("{{").skip(1);
    parts
        .map(|part| {
            let (inside, _) = part.split_once("}}").unwrap();
            inside.split('|').next().unwrap().trim()
        })
        .collect()
}

#[test]
fn every_panel_asks_for_metrics_that_exist_where_the_viewer_chose() {
    let dashboard = dashboard();
    let mut ids = BTreeSet::new();
    let mut asked = 0;
    for panel in list(&dashboard, "panels") {
        let title = text(panel, "title");
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        if panel["type"] == "row" {
            continue;
        }
        assert!(!text(panel, "description").is_empty(), "{title}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        for target in list(panel, "targets") {
            asked += 1;
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let expression = text(target, "expr").replace("$__rate_interval", "5m");
            let labels = check(&expression).unwrap_or_else(|trouble| panic!("{title}: {trouble}"));
            for label in placeholders(text(target, "legendFormat")) {
                assert!(labels.contains(label), "{title} has no {label}");
            }
        }
    }
    assert!(asked > 20, "only {asked} expressions were found");
}

#[test]
fn it_can_be_imported_and_provisioned_anywhere() {
    let dashboard = dashboard();
    assert_eq!(dashboard["id"], Value::Null, "Grafana gives it one");
    assert_eq!(dashboard["uid"], "fluxori");
    let variables = list(&dashboard["templating"], "list");
    let named = |name: &str| variables.iter().find(|variable| variable["name"] == name);
    assert_eq!(named("datasource").unwrap()["query"], "prometheus");
    for name in ["job", "marketplace"] {
        let query = text(&named(name).unwrap()["query"], "query");
        let inside = query
            .strip_prefix("label_values(")
            .and_then(|rest| rest.strip_suffix(')'));
        let (metric, label) = inside.unwrap().split_once(", ").unwrap();
        let metric = find(metric).unwrap_or_else(|| panic!("{query}"));
        let has = metric.labels.iter().any(|each| each.name == label);
        assert!(label == "job" || has, "{query}");
    }
}
