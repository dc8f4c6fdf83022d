//! Counts who is turned away, by why.

use fluxori_domain::telemetry::HTTP_REQUESTS_REFUSED;
use metrics::counter;

/// More came at once than are answered at once.
pub(crate) const BUSY: &str = "busy";
/// It took too long.
pub(crate) const LATE: &str = "late";
/// A user sent too many.
pub(crate) const CALLER: &str = "caller";
/// An address sent too many.
pub(crate) const ADDRESS: &str = "address";
/// An address sent too many without a good login.
pub(crate) const LOGINS: &str = "logins";

const REASONS: [&str; 5] = [BUSY, LATE, CALLER, ADDRESS, LOGINS];

/// Counts one.
pub(crate) fn refused(reason: &'static str) {
    counter!(HTTP_REQUESTS_REFUSED, "reason" => reason).increment(1);
}

/// Begins to tell of what has not happened yet.
pub(crate) fn begin() {
    for reason in REASONS {
        counter!(HTTP_REQUESTS_REFUSED, "reason" => reason).increment(0);
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::telemetry::METRICS;

    use super::*;

    #[test]
    fn the_reasons_are_those_of_the_table() {
        let metric = METRICS
            .iter()
            .find(|metric| metric.name == HTTP_REQUESTS_REFUSED);
        let values = metric.unwrap().labels[0].values.all().unwrap();
        assert_eq!(values, REASONS);
    }
}
