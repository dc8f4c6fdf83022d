//! What the edge counts. Labels are templates and classes: nothing that a caller chose.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use fluxori_domain::telemetry::{HTTP_REQUEST_DURATION, HTTP_REQUESTS, HTTP_REQUESTS_IN_FLIGHT};
use metrics::{Gauge, counter, gauge, histogram};

/// Counts as a request that is being answered until it is dropped, as it is when its caller goes away.
pub(super) struct InFlight(Gauge);

impl InFlight {
    pub(super) fn begin() -> Self {
        let gauge = gauge!(HTTP_REQUESTS_IN_FLIGHT);
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Counts an answer. `route` is a template of ours.
pub(super) fn answered(route: &str, method: &Method, status: StatusCode, took: Duration) {
    let method = method_label(method);
    let labels = [("route", route.to_owned()), ("method", method.to_owned())];
    histogram!(HTTP_REQUEST_DURATION, &labels).record(took);
    counter!(
        HTTP_REQUESTS,
        "route" => route.to_owned(),
        "method" => method,
        "status" => status_label(status)
    )
    .increment(1);
}

/// A method that somebody made up is `other`.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::telemetry::METRICS;

    use super::*;

    /// The values that the table allows for a label.
    fn allowed(name: &str) -> Vec<&'static str> {
        let requests = METRICS.iter().find(|metric| metric.name == HTTP_REQUESTS);
        let labels = requests.unwrap().labels;
        let label = labels.iter().find(|label| label.name == name);
        label.unwrap().values.all().unwrap()
    }

    #[test]
    fn every_method_and_status_becomes_one_of_few() {
        for method in ["GET", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert!(
                allowed("method").contains(&method_label(&method)),
                "{method}"
            );
        }
        assert_eq!(method_label(&Method::TRACE), "other");
        for status in [101, 204, 302, 404, 499, 503, 999] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(
                allowed("status").contains(&status_label(status)),
                "{status}"
            );
        }
        assert_eq!(status_label(StatusCode::TOO_MANY_REQUESTS), "4xx");
    }
}
