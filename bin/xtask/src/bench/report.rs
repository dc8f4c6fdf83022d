//! The table that people read and the document that programs read.

use serde_json::json;

use super::{Machine, Row, row::Verdict};
use crate::terminal;

/// The machine in one line, the table, and how many bars are missed.
pub(crate) fn text(machine: &Machine, rows: &[Row]) -> String {
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let missed: Vec<&str> = rows
        .iter()
        .filter(|row| matches!(row.verdict(), Ok(Verdict::Missed)))
        .map(|row| row.row.as_str())
        .collect();
    let judgement = if missed.is_empty() {
        "Every bar is met.".to_owned()
    } else {
        format!("MISSED: {}.", missed.join("; "))
    };
    format!(
        "{machine}\n\n{}\n{judgement}\n",
        terminal::table(
            &["what", "measured", "reference", "ratio", "bar", ""],
            &cells
        ),
    )
}

/// Everything [`text`] shows, for a file.
pub(crate) fn json(machine: &Machine, rows: &[Row]) -> serde_json::Value {
    json!({ "machine": machine, "rows": rows })
}

fn cells(row: &Row) -> Vec<String> {
    let with_unit = |value: f64| match row.unit.as_str() {
        "" => count(value),
        unit => format!("{} {unit}", number(value)),
    };
    let reference = match (row.reference, &row.reference_name) {
        (Some(value), Some(name)) => format!("{} ({name})", with_unit(value)),
        (Some(value), None) => with_unit(value),
        (None, _) => String::new(),
    };
    let verdict = match row.verdict() {
        Ok(Verdict::Met) => "met",
        Ok(Verdict::Missed) => "MISSED",
        Ok(Verdict::NoBar) | Err(_) => "",
    };
    vec![
        row.row.clone(),
        with_unit(row.value),
        reference,
        row.ratio
            .map(|ratio| format!("{ratio:.2}"))
            .unwrap_or_default(),
        row.bar.clone().unwrap_or_default(),
        verdict.to_owned(),
    ]
}

/// Three digits at least, thousands set apart: `52 310`, `482`, `1.29`.
fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.2}");
    }
    count(value)
}

/// A whole number, thousands set apart: `512 000`, `0`.
fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            processor: "Chip".into(),
            cores: 2,
            memory_gib: 24,
            system: "Linux 6".into(),
            rustc: "rustc 1.95.0".into(),
            postgresql: "postgres 15".into(),
        }
    }

    #[test]
    fn a_missed_bar_is_said_in_its_row_and_below_the_table() {
        let rows = Row::read_lines(concat!(
            r#"{"row":"read","unit":"1/s","value":39000,"reference":60000,"reference_name":"pgbench","ratio":0.65,"bar":">= 0.7"}"#,
            "\n",
            r#"{"row":"seal","unit":"ns","value":735.2,"reference":700,"reference_name":"ring","ratio":1.05,"bar":"<= 2"}"#,
        ))
        .unwrap();
        assert_eq!(
            text(&machine(), &rows),
            "2 cores of Chip, 24 GiB, Linux 6, rustc 1.95.0, postgres 15\n\n\
             what  measured    reference             ratio  bar\n\
             ----  ----------  --------------------  -----  ------  ------\n\
             read  39 000 1/s  60 000 1/s (pgbench)  0.65   >= 0.7  MISSED\n\
             seal  735 ns      700 ns (ring)         1.05   <= 2    met\n\
             \nMISSED: read.\n"
        );
    }

    #[test]
    fn numbers_keep_what_a_reader_can_use() {
        assert_eq!(number(1.2895), "1.29");
        assert_eq!(number(482.4), "482");
        assert_eq!(number(1_234_567.8), "1 234 568");
        assert_eq!((count(0.0), count(1_000.0)), ("0".into(), "1 000".into()));
    }
}
