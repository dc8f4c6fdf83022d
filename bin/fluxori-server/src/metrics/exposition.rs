use fluxori_credentials::telemetry::{METRICS, Reporter};

/// The text without the lines that only the server which keeps house may say: another one's numbers are old.
pub(super) fn without_housekeepers(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !is_housekeepers(line)).collect()
}

fn is_housekeepers(line: &str) -> bool {
    let name = match line.strip_prefix("# ") {
        Some(about) => about.split(' ').nth(1),
        None => line.split(['{', ' ']).next(),
    };
    METRICS
        .iter()
        .any(|metric| metric.reporter == Reporter::Housekeeper && name == Some(metric.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_keep_house_says_nothing_of_it() {
        let others = "# HELP fluxori_http_requests_total Requests.\n# TYPE fluxori_http_requests_total counter\n\
                      fluxori_http_requests_total{route=\"/livez\"} 1\nfluxori_database_pool_waiting 0\n";
        let own = "# HELP fluxori_connections Living ones.\n# TYPE fluxori_connections gauge\n\
                   fluxori_connections{status=\"expired\"} 3\nfluxori_housekeeping_last_round_timestamp_seconds 5\n";
        assert_eq!(without_housekeepers(&format!("{own}{others}{own}")), others);
    }
}
