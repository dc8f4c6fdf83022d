//! Expressions of Prometheus, parsed, and compared with the table of metrics.

use std::collections::BTreeSet;

use fluxori_credentials::telemetry::{Metric, MetricKind};
use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, Call, Expr, LabelModifier, VectorSelector},
    util::{ExprVisitor, walk_expr},
};

use crate::exposition::find;

/// What Prometheus adds to every series.
const ADDED: [&str; 2] = ["job", "instance"];
/// What grows, and may be asked for how fast.
const RATES: [&str; 3] = ["rate", "increase", "irate"];

/// Checks an expression. Returns the labels that its answer may have.
pub(crate) fn check(expression: &str) -> Result<BTreeSet<String>, String> {
    let expr = parser::parse(expression)?;
    let mut walk = Walk::default();
    walk_expr(&mut walk, &expr)?;
    walk.finish()
}

/// What was seen on the way through an expression.
#[derive(Default)]
struct Walk {
    known: BTreeSet<String>,
    kept: Vec<BTreeSet<String>>,
}

impl Walk {
    /// The labels that every grouping keeps, each of which some series must have.
    fn finish(self) -> Result<BTreeSet<String>, String> {
        if self.known.is_empty() {
            return Err("it asks for nothing".to_owned());
        }
        let mut labels = self.known.clone();
        for kept in self.kept {
            if let Some(unknown) = kept.difference(&self.known).next() {
                return Err(format!("no series has the label {unknown}"));
            }
            labels.retain(|label| kept.contains(label));
        }
        Ok(labels)
    }

    fn selector(&mut self, selector: &VectorSelector) -> Result<(), String> {
        let name = selector.name.as_deref().ok_or("a series without a name")?;
        self.known.extend(ADDED.map(str::to_owned));
        if name == "up" {
            return Ok(());
        }
        let metric = find(name).ok_or_else(|| format!("there is no metric {name}"))?;
        let labels = metric.labels.iter().map(|label| label.name.to_owned());
        self.known.extend(labels);
        if name.ends_with("_bucket") {
            self.known.insert("le".to_owned());
        } else if matches!(metric.kind, MetricKind::Histogram(_)) && name == metric.name {
            return Err(format!("{name} is a histogram: ask for its parts"));
        }
        let matchers = &selector.matchers;
        if !matchers.or_matchers.is_empty() {
            return Err(format!("{name}: `or` between labels is understood by few"));
        }
        matchers
            .matchers
            .iter()
            .try_for_each(|matcher| check_label(metric, matcher))
    }

    fn keep(&mut self, modifier: Option<&LabelModifier>) -> Result<(), String> {
        match modifier {
            Some(LabelModifier::Include(labels)) => {
                self.kept.push(labels.labels.iter().cloned().collect());
                Ok(())
            }
            Some(LabelModifier::Exclude(_)) => Err("say which labels stay: by (…)".to_owned()),
            None => Ok(()),
        }
    }
}

impl ExprVisitor for Walk {
    type Error = String;

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector)?,
            Expr::MatrixSelector(range) => self.selector(&range.vs)?,
            Expr::Call(call) => check_call(call)?,
            Expr::Aggregate(aggregate) => match &aggregate.modifier {
                Some(modifier) => self.keep(Some(modifier))?,
                None => self.kept.push(BTreeSet::new()),
            },
            Expr::Binary(binary) => {
                let matching = binary.modifier.as_ref();
                self.keep(matching.and_then(|modifier| modifier.matching.as_ref()))?;
            }
            _ => {}
        }
        Ok(true)
    }
}

/// How fast something grows can be asked of what only grows.
fn check_call(call: &Call) -> Result<(), String> {
    for argument in &call.args.args {
        let Expr::MatrixSelector(range) = &**argument else {
            continue;
        };
        let name = range.vs.name.as_deref().unwrap_or_default();
        let grows = find(name).is_some_and(|metric| metric.kind != MetricKind::Gauge);
        if RATES.contains(&call.func.name) != grows {
            return Err(format!("{}({name}[…]) says nothing", call.func.name));
        }
    }
    Ok(())
}

/// The label is one of the metric's, and may have the values that are asked for.
fn check_label(metric: &Metric, matcher: &Matcher) -> Result<(), String> {
    let Matcher { op, name, value } = matcher;
    let variable = value.strip_prefix('$');
    if ADDED.contains(&name.as_str()) {
        return Ok(());
    }
    let label = metric.labels.iter().find(|label| label.name == name);
    let label = label.ok_or_else(|| format!("{} has no label {name}", metric.name))?;
    let (Some(allowed), None) = (label.values.all(), variable) else {
        return match variable {
            Some(variable) if variable != name => Err(format!("{name} is compared with {value}")),
            _ => Ok(()),
        };
    };
    let wanted: Vec<_> = match op {
        MatchOp::Equal | MatchOp::NotEqual => vec![value.as_str()],
        MatchOp::Re(_) | MatchOp::NotRe(_) => value.split('|').collect(),
    };
    match wanted.iter().find(|value| !allowed.contains(value)) {
        Some(never) => Err(format!("{} never has {name}={never}", metric.name)),
        None => Ok(()),
    }
}

#[test]
fn what_prometheus_could_not_answer_is_found() {
    let trouble = |expression: &str| check(expression).unwrap_err();
    let refused = [
        ("sum by (job) (", "unclosed left parenthesis"),
        ("sum(fluxori_nothing_total)", "no metric fluxori_nothing"),
        (
            "rate(fluxori_http_requests_total{state=\"5xx\"}[5m])",
            "no label state",
        ),
        (
            "rate(fluxori_http_requests_total{status=\"500\"}[5m])",
            "never has status=500",
        ),
        (
            "rate(fluxori_http_requests_total{status=~\"4xx|9xx\"}[5m])",
            "never has status=9xx",
        ),
        (
            "sum by (shop) (fluxori_audit_late)",
            "no series has the label shop",
        ),
        ("rate(fluxori_audit_late[5m])", "says nothing"),
        ("changes(fluxori_http_requests_total[5m])", "says nothing"),
        (
            "sum(fluxori_http_request_duration_seconds)",
            "ask for its parts",
        ),
        (
            "fluxori_application_incident{marketplace=~\"$job\"}",
            "compared with $job",
        ),
    ];
    for (expression, why) in refused {
        let found = trouble(expression);
        assert!(found.contains(why), "{expression}: {found}");
    }
    let labels = check("sum by (job, le) (rate(fluxori_http_request_duration_seconds_bucket[5m]))");
    let labels: Vec<_> = labels.unwrap().into_iter().collect();
    assert_eq!(labels, ["job", "le"]);
}
