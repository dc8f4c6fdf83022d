//! The few numbers of a `JUnit` report that the last line of a test run needs.

use std::{fs, path::Path};

/// Reads a report; `None` where it is missing or something else.
pub(crate) fn counts_of(report: &Path) -> Option<(u64, u64)> {
    passed_and_failed(&fs::read_to_string(report).ok()?)
}

/// Reads `tests`, `failures`, `errors` and, where it is told, `skipped` of the outermost element.
///
/// Returns passed and failed, or `None` where the text is no such report.
fn passed_and_failed(report: &str) -> Option<(u64, u64)> {
    let element = report.split("<testsuites").nth(1)?.split('>').next()?;
    let number = |name: &str| -> Option<u64> {
        let value = element.split(&format!(" {name}=\"")).nth(1)?;
        value.split('"').next()?.parse().ok()
    };
    let failed = number("failures")? + number("errors")?;
    let skipped = number("skipped").unwrap_or_default();
    Some((number("tests")?.checked_sub(failed + skipped)?, failed))
}

/// Adds up the `test result:` lines that `cargo test` prints: passed and failed.
pub(crate) fn results_in(output: &str) -> (u64, u64) {
    let number_before = |line: &str, word: &str| -> u64 {
        line.split(word)
            .next()
            .and_then(|before| before.split_whitespace().last())
            .and_then(|number| number.parse().ok())
            .unwrap_or_default()
    };
    output
        .lines()
        .filter_map(|line| line.split("test result: ").nth(1))
        .fold((0, 0), |(passed, failed), line| {
            (
                passed + number_before(line, " passed"),
                failed + number_before(line, " failed"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_counted() {
        let report = r#"<?xml version="1.0"?>
<testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x">
    <testsuite name="a" tests="3" failures="0">"#;
        assert_eq!(passed_and_failed(report), Some((9, 3)));
    }

    #[test]
    fn a_test_that_was_skipped_did_not_pass() {
        let report = r#"<testsuites id="" tests="5" failures="1" skipped="2" errors="0" time="1">"#;
        assert_eq!(passed_and_failed(report), Some((2, 1)));
    }

    #[test]
    fn something_else_is_no_report() {
        assert_eq!(passed_and_failed("<html tests=\"1\">"), None);
        assert_eq!(
            passed_and_failed("<testsuites tests=\"x\" failures=\"0\" errors=\"0\">"),
            None
        );
    }

    #[test]
    fn result_lines_are_added_up() {
        let output = "running 3 tests\n\
            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(results_in(output), (42, 1));
    }
}
