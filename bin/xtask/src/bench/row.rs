//! One measurement, as a benchmark prints it: a line of JSON.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// A measurement beside its reference, both taken in the same run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the names of the fields are those of the JSON"
)]
pub(crate) struct Row {
    /// What is measured.
    pub(crate) row: String,
    /// Unit of `value` and `reference`.
    pub(crate) unit: String,
    pub(crate) value: f64,
    #[serde(default)]
    pub(crate) reference: Option<f64>,
    #[serde(default)]
    pub(crate) reference_name: Option<String>,
    /// `value` through `reference`.
    #[serde(default)]
    pub(crate) ratio: Option<f64>,
    /// What the ratio must reach, such as `>= 0.7`, or the value itself where it is measured against no reference; none
    /// where the row is there to be seen only.
    #[serde(default)]
    pub(crate) bar: Option<String>,
}

/// How a row stands to its bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    NoBar,
}

impl Row {
    /// Reads the rows among lines; a line that is no JSON object is prose and left out.
    pub(crate) fn read_lines(text: &str) -> Result<Vec<Self>> {
        let rows: Vec<Self> = text
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| {
                let row: Self =
                    serde_json::from_str(line).with_context(|| format!("no row: {line}"))?;
                row.verdict().map(|_| row)
            })
            .collect::<Result<_>>()?;
        ensure!(!rows.is_empty(), "the benchmark printed no row");
        Ok(rows)
    }

    /// # Errors
    /// When the bar is none of `>= number`, `<= number` and `= number`, or there is a reference and no ratio to it.
    pub(crate) fn verdict(&self) -> Result<Verdict> {
        let Some(bar) = &self.bar else {
            return Ok(Verdict::NoBar);
        };
        let judged = match self.reference {
            Some(_) => self
                .ratio
                .with_context(|| format!("{}: a bar and no ratio", self.row))?,
            None => self.ratio.unwrap_or(self.value),
        };
        let unreadable = || format!("{}: unreadable bar {bar:?}", self.row);
        let digits = bar.trim_start_matches(['>', '<', '=']);
        let number: f64 = digits.trim().parse().with_context(unreadable)?;
        let met = match bar.strip_suffix(digits).unwrap_or_default() {
            ">=" => judged >= number,
            "<=" => judged <= number,
            // Of counts, which are whole.
            "=" => (judged - number).abs() < 0.5,
            _ => anyhow::bail!(unreadable()),
        };
        Ok(if met { Verdict::Met } else { Verdict::Missed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ratio: f64, bar: &str) -> Row {
        Row {
            row: "read".into(),
            unit: "1/s".into(),
            value: ratio * 100.0,
            reference: Some(100.0),
            reference_name: Some("pgbench".into()),
            ratio: Some(ratio),
            bar: Some(bar.into()),
        }
    }

    #[test]
    fn a_bar_is_met_from_its_own_side() {
        assert_eq!(row(0.7, ">= 0.7").verdict().unwrap(), Verdict::Met);
        assert_eq!(row(0.69, ">= 0.7").verdict().unwrap(), Verdict::Missed);
        assert_eq!(row(1.9, "<=2").verdict().unwrap(), Verdict::Met);
        assert_eq!(row(2.1, "<=2").verdict().unwrap(), Verdict::Missed);
        for bar in ["fast", "0.7", "=> 0.7", ">=", ""] {
            assert!(row(1.0, bar).verdict().is_err(), "{bar}");
        }
        let no_ratio = Row {
            ratio: None,
            ..row(1.0, ">= 0.7")
        };
        assert!(no_ratio.verdict().is_err());
    }

    #[test]
    fn a_value_without_a_reference_is_judged_itself() {
        let count = |bar: &str| Row {
            value: 1_000.0,
            reference: None,
            reference_name: None,
            ratio: None,
            ..row(0.0, bar)
        };
        assert_eq!(count("= 1000").verdict().unwrap(), Verdict::Met);
        assert_eq!(count("= 1001").verdict().unwrap(), Verdict::Missed);
        assert_eq!(count("= 0").verdict().unwrap(), Verdict::Missed);
        assert_eq!(count("<= 100").verdict().unwrap(), Verdict::Missed);
    }

    #[test]
    fn rows_are_read_from_between_prose() {
        let text =
            "loading\n{\"row\":\"seal\",\"unit\":\"ns\",\"value\":482.5,\"bar\":null}\ndone\n";
        let rows = Row::read_lines(text).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].row, "seal");
        assert_eq!(rows[0].verdict().unwrap(), Verdict::NoBar);
    }

    #[test]
    fn a_benchmark_without_a_row_or_with_a_broken_one_is_an_error() {
        assert!(Row::read_lines("loading\n").is_err());
        assert!(Row::read_lines("{\"row\":\"seal\"}").is_err());
    }
}
