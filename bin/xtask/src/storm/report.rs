//! The table that people read and the document that programs read.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::json;

use crate::{
    bench::{Machine, Row},
    terminal,
};

/// What must be found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bar {
    Exactly(f64),
    AtMost(f64),
}

/// One number of one scene.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Finding {
    scene: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bar: Option<Bar>,
}

impl Finding {
    /// Something that was counted.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody counts to 2 to the 52nd here"
    )]
    pub(crate) fn count(scene: &'static str, what: impl Into<String>, count: i64) -> Self {
        Self::measure(scene, what, count as f64, "")
    }

    /// Something that was measured.
    pub(crate) fn measure(
        scene: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            scene,
            what: what.into(),
            value,
            unit,
            bar: None,
        }
    }

    /// It must be this.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody counts to 2 to the 52nd here"
    )]
    pub(crate) const fn exactly(mut self, count: i64) -> Self {
        self.bar = Some(Bar::Exactly(count as f64));
        self
    }

    /// It must not be more than this.
    pub(crate) const fn at_most(mut self, value: f64) -> Self {
        self.bar = Some(Bar::AtMost(value));
        self
    }

    /// One row of this program among those of the benchmarks.
    pub(crate) fn into_row(self, program: &str) -> Row {
        Row {
            row: format!("{program}, {}: {}", self.scene, self.what),
            unit: self.unit.to_owned(),
            value: self.value,
            reference: None,
            reference_name: None,
            ratio: None,
            bar: self.bar.map(|bar| match bar {
                Bar::Exactly(count) => format!("= {count}"),
                Bar::AtMost(most) => format!("<= {most}"),
            }),
        }
    }

    fn is_missed(&self) -> bool {
        match self.bar {
            None => false,
            // Counts are whole numbers, and those of this size are exact.
            Some(Bar::Exactly(count)) => (self.value - count).abs() > 0.5,
            Some(Bar::AtMost(most)) => self.value > most,
        }
    }

    fn cells(&self) -> Vec<String> {
        let with_unit = |value: f64| {
            let text = format!("{} {}", number(value, self.unit), self.unit);
            text.trim_end().to_owned()
        };
        let bar = match self.bar {
            None => String::new(),
            Some(Bar::Exactly(count)) => with_unit(count),
            Some(Bar::AtMost(most)) => format!("<= {}", with_unit(most)),
        };
        let verdict = match self.bar {
            None => "",
            Some(_) if self.is_missed() => "MISSED",
            Some(_) => "met",
        };
        vec![
            self.scene.to_owned(),
            self.what.clone(),
            with_unit(self.value),
            bar,
            verdict.to_owned(),
        ]
    }
}

/// What missed its bar.
fn missed(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.is_missed())
        .map(|finding| format!("{}: {}", finding.scene, finding.what))
        .collect()
}

/// Prints what was found, writes it to `file` as well, and fails when a bar is missed.
pub(crate) fn conclude(
    findings: &[Finding],
    remark: Option<&str>,
    file: Option<&Path>,
) -> Result<()> {
    let machine = Machine::look();
    print!("\n{}", text(&machine, findings));
    if let Some(remark) = remark {
        println!("({remark})");
    }
    if let Some(file) = file {
        let document = serde_json::to_string_pretty(&json(&machine, findings))?;
        fs::write(file, document + "\n")
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    let missed = missed(findings);
    ensure!(missed.is_empty(), "MISSED: {}", missed.join("; "));
    println!("Every bar is met.");
    Ok(())
}

/// The machine in one line, and the table.
fn text(machine: &Machine, findings: &[Finding]) -> String {
    let rows: Vec<_> = findings.iter().map(Finding::cells).collect();
    format!(
        "{machine}\n\n{}",
        terminal::table(&["scene", "what", "found", "bar", ""], &rows)
    )
}

/// Everything [`text`] shows, for a file.
fn json(machine: &Machine, findings: &[Finding]) -> serde_json::Value {
    json!({"machine": machine, "findings": findings})
}

/// Counts as they are; what has a unit with as many digits as mean something.
fn number(value: f64, unit: &str) -> String {
    if unit.is_empty() || value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::Verdict;

    #[test]
    fn benchmarks_judge_a_finding_as_the_storm_does() {
        let wait = |time| Finding::measure("waiting", "99 %", time, "ms").at_most(100.0);
        let spent = |count| Finding::count("calm", "grants spent", count).exactly(1_000);
        for finding in [wait(99.9), wait(100.1), spent(1_000), spent(999)] {
            let expected = if finding.is_missed() {
                Verdict::Missed
            } else {
                Verdict::Met
            };
            assert_eq!(finding.into_row("storm").verdict().unwrap(), expected);
        }
        let row = spent(999).into_row("storm");
        assert_eq!(row.row, "storm, calm: grants spent");
        let seen = Finding::count("trouble", "processes killed", 30).into_row("storm");
        assert_eq!(seen.verdict().unwrap(), Verdict::NoBar);
    }

    #[test]
    fn a_count_meets_only_itself_and_a_measure_all_that_is_below() {
        let spent = |count| Finding::count("calm", "grants spent", count).exactly(1_000);
        assert_eq!(missed(&[spent(1_000)]), [""; 0]);
        assert_eq!(missed(&[spent(999)]), ["calm: grants spent"]);
        let wait = |time| Finding::measure("waiting", "p99", time, "ms").at_most(100.0);
        assert_eq!(missed(&[wait(99.9), wait(100.1)]), ["waiting: p99"]);
        assert_eq!(
            wait(100.4).cells(),
            ["waiting", "p99", "100 ms", "<= 100 ms", "MISSED"]
        );
        assert_eq!(
            spent(1_000).cells(),
            ["calm", "grants spent", "1000", "1000", "met"]
        );
    }
}
