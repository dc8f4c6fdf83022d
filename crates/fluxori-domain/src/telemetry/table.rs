use super::{LabelValues, Metric, MetricKind, MetricLabel, Reporter};
use LabelValues::{Backend, ConnectionStatus, Few, Marketplace, OneOf, OutcomeClassOr};
use MetricKind::{Counter, Gauge, Histogram};
use Reporter::{Everybody, Housekeeper, Server};

/// Bounds for what is answered from here: from half a millisecond to the longest that a request may take.
const HERE: &[f64] = &[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Bounds for calls that leave: from five milliseconds to the longest that one is waited for.
const OUTSIDE: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0,
];

const fn label(name: &'static str, values: LabelValues) -> MetricLabel {
    MetricLabel { name, values }
}

/// Declares metrics, each as a constant, and the table of all.
macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:expr, $reporter:ident, [$($label:literal: $values:expr),*], $help:literal;)+) => {
        $(
            #[doc = $help]
            pub const $constant: &str = $name;
        )+

        /// Every metric there is, in the order of the reference page.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            kind: $kind,
            labels: &[$(label($label, $values)),*],
            reporter: $reporter,
            help: $help,
        }),+];
    };
}

metrics! {
    HTTP_REQUESTS = "fluxori_http_requests_total", Counter, Server,
        ["route": ROUTE, "method": METHOD, "status": OneOf(&["1xx", "2xx", "3xx", "4xx", "5xx"])],
        "Requests that were answered.";
    HTTP_REQUEST_DURATION = "fluxori_http_request_duration_seconds", Histogram(HERE), Server,
        ["route": ROUTE, "method": METHOD],
        "How long answering took, up to the head of the answer.";
    HTTP_REQUESTS_IN_FLIGHT = "fluxori_http_requests_in_flight", Gauge, Server, [],
        "Requests that are being answered now.";
    HTTP_REQUESTS_REFUSED = "fluxori_http_requests_refused_total", Counter, Server,
        ["reason": OneOf(&["busy", "late", "caller", "address", "logins"])],
        "Requests that were turned away, or kept waiting no longer, so that others are answered: `busy` means that more came at once \
         than are answered at once, `late` that one took too long, the others that a caller, an address, or an address without a good \
         login sent too many.";
    HTTP_PLACES = "fluxori_http_places", Gauge, Server, [],
        "Requests that are answered at the same time from what is here, at most: what `REQUESTS_AT_ONCE` says, or what the server          found to fit.";
    HTTP_CONNECTIONS_OPEN = "fluxori_http_connections_open", Gauge, Server, [],
        "Connections of callers that are open now.";

    CREDENTIAL_READS = "fluxori_credential_reads_total", Counter, Everybody,
        ["marketplace": Marketplace, "outcome": OneOf(READ_OUTCOMES)],
        "Credentials that adapters asked for.";

    PROVIDER_CALLS = "fluxori_provider_calls_total", Counter, Everybody,
        ["marketplace": Marketplace, "operation": PROVIDER_OPERATION, "class": LabelValues::OutcomeClass],
        "Operations at a marketplace, each of which may take several calls, by what their answers mean.";
    PROVIDER_CALL_DURATION = "fluxori_provider_call_duration_seconds", Histogram(OUTSIDE), Everybody,
        ["marketplace": Marketplace, "operation": PROVIDER_OPERATION],
        "How long they took.";
    PROVIDER_CALLS_IN_FLIGHT = "fluxori_provider_calls_in_flight", Gauge, Everybody,
        ["marketplace": Marketplace],
        "Calls to a marketplace that are under way now, or that have leave to be.";
    PROVIDER_CALLS_WAITING = "fluxori_provider_calls_waiting", Gauge, Everybody,
        ["marketplace": Marketplace],
        "Calls that wait because as many as may be are under way.";
    PROVIDER_CALLS_REFUSED = "fluxori_provider_calls_refused_total", Counter, Everybody,
        ["marketplace": Marketplace, "reason": OneOf(&["host_down", "too_many"])],
        "Calls that were not made: to a host that fails and is left alone, or because too many were under way and waited.";
    PROVIDER_HOSTS_RESTING = "fluxori_provider_hosts_resting", Gauge, Everybody,
        ["marketplace": Marketplace, "host": PROVIDER_HOST],
        "Hosts of a marketplace that fail and are left alone but for one call after each pause: 0 or 1, and of `shop` as many as \
         there are.";
    APPLICATION_INCIDENT = "fluxori_application_incident", Gauge, Everybody,
        ["marketplace": Marketplace],
        "1 while the marketplace refuses our own application, as far as this process knows; 0 otherwise.";
    APPLICATION_SECRET_EXPIRY = "fluxori_application_secret_expiry_timestamp_seconds", Gauge, Server,
        ["setting": Few("a setting such as `AMAZON_CLIENT_SECRET`")],
        "When a secret of our own application runs out, where the settings say.";

    REFRESHES = "fluxori_refreshes_total", Counter, Everybody,
        ["marketplace": Marketplace, "class": OutcomeClassOr(&["internal", "gone"])],
        "Grants that were to be spent on new tokens: `ok` means bought and stored, `internal` that the database or the secret \
         store failed, `gone` that the credential was deleted meanwhile.";
    REFRESH_LEASES = "fluxori_refresh_leases_total", Counter, Everybody,
        ["marketplace": Marketplace, "event": OneOf(&["taken", "contended", "lost"])],
        "Leases on credentials: taken by this process, found to be another's, or lost before what was bought was stored.";
    REFRESH_LEASES_HELD = "fluxori_refresh_leases_held", Gauge, Everybody, [],
        "Leases that this process holds now.";

    SECRET_STORE_CALLS = "fluxori_secret_store_calls_total", Counter, Everybody,
        ["store": Backend, "operation": STORE_OPERATION, "outcome": OneOf(STORE_OUTCOMES)],
        "What was asked of a secret store.";
    SECRET_STORE_CALL_DURATION = "fluxori_secret_store_call_duration_seconds", Histogram(HERE), Everybody,
        ["store": Backend, "operation": STORE_OPERATION],
        "How long it took. `open` in the database is counted and not timed: it is on the way of every read.";

    DATABASE_POOL_CONNECTIONS = "fluxori_database_pool_connections", Gauge, Everybody,
        ["state": OneOf(&["idle", "in_use"])],
        "Connections to PostgreSQL for transactions and lists.";
    DATABASE_POOL_MAX = "fluxori_database_pool_connections_max", Gauge, Everybody, [],
        "How many of them there may be.";
    DATABASE_POOL_WAITING = "fluxori_database_pool_waiting", Gauge, Everybody, [],
        "Callers that wait for one of them.";
    DATABASE_POOL_TIMEOUTS = "fluxori_database_pool_timeouts_total", Counter, Everybody, [],
        "Callers that waited for one in vain.";

    AUDIT_WAITING = "fluxori_audit_waiting_events", Gauge, Everybody, [],
        "Audit events of credential reads that are not written yet; at 1000 readers wait.";
    AUDIT_LATE = "fluxori_audit_late", Gauge, Everybody, [],
        "1 while the audit trail cannot be written in time, and readers wait for it; 0 otherwise.";

    HOUSEKEEPING_ROUNDS = "fluxori_housekeeping_rounds_total", Counter, Server,
        ["result": OneOf(&["done", "elsewhere", "failed"])],
        "Rounds of background work; `elsewhere` means that another server does them.";
    HOUSEKEEPING_LAST_ROUND = "fluxori_housekeeping_last_round_timestamp_seconds", Gauge, Housekeeper, [],
        "When the latest round was done.";
    CONNECTIONS = "fluxori_connections", Gauge, Housekeeper,
        ["marketplace": Marketplace, "status": ConnectionStatus],
        "Living connections of all sellers.";
    CONNECTIONS_EXPIRING = "fluxori_connections_expiring", Gauge, Housekeeper,
        ["marketplace": Marketplace, "clock": OneOf(&["refresh_token", "authorisation"])],
        "Connections that work, and of which this runs out within 7 days.";
    MASTER_KEY_DATA_KEYS = "fluxori_master_key_data_keys", Gauge, Housekeeper,
        ["key": Few("the id of a master key, as `fluxori-server keys list` shows it")],
        "Data keys that a master key wraps.";
    DATA_KEYS = "fluxori_data_keys", Gauge, Housekeeper,
        ["state": OneOf(&["active", "inactive"])],
        "Data keys of organizations: active ones seal new values, inactive ones only open what they sealed.";
    SEALED_CREDENTIALS = "fluxori_sealed_credentials", Gauge, Housekeeper,
        ["data_key": OneOf(&["active", "inactive"])],
        "Credentials that are sealed in the database, by which kind of data key.";

    TRACE_SPANS = "fluxori_trace_spans_total", Counter, Server,
        ["result": OneOf(&["sent", "dropped", "refused"])],
        "Spans of traces: sent to the collector, dropped because too many waited, or not taken by the collector.";

    BUILD_INFO = "fluxori_build_info", Gauge, Server,
        ["version": Few("the version of the program")],
        "Always 1.";
    PROCESS_START_TIME = "fluxori_process_start_time_seconds", Gauge, Server, [],
        "When the process began.";
    RUNTIME_TASKS = "fluxori_runtime_tasks", Gauge, Server, [],
        "Tasks that are alive on the runtime that drives the database and background work. As many at rest, however long it runs.";
}

const ROUTE: LabelValues =
    Few("a path of `docs/reference/openapi.json`, a file of the page, or `unmatched`");
const METHOD: LabelValues = OneOf(&[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other",
]);
const PROVIDER_OPERATION: LabelValues =
    OneOf(&["test", "refresh", "exchange", "identify", "disconnect"]);
const PROVIDER_HOST: LabelValues = OneOf(&[
    "marketplace_api",
    "seller_api",
    "login",
    "sp_api_na",
    "sp_api_eu",
    "sp_api_fe",
    "shop",
    "all_shops",
    "identity",
    "api",
]);
const STORE_OPERATION: LabelValues = OneOf(&[
    "put",
    "open",
    "make_ready",
    "destroy",
    "destroy_place",
    "values",
    "list",
]);

/// How asking for a credential may end.
pub const READ_OUTCOMES: &[&str] = &[
    "ok",
    "no_such_connection",
    "ambiguous",
    "needs_seller",
    "no_valid_token",
    "refused",
    "waiting",
    "unavailable",
    "misconfigured",
];

/// How asking something of a secret store may end: what failed there, `transient` if it may pass by itself.
pub const STORE_OUTCOMES: &[&str] = &[
    "ok",
    "transient",
    "database",
    "denied",
    "gone",
    "does_not_open",
    "unknown_key",
    "refused",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn is_snake_case(text: &str) -> bool {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    }

    #[test]
    fn every_metric_is_named_by_the_rules_and_once() {
        let mut seen = BTreeSet::new();
        for metric in METRICS {
            let Metric { name, kind, .. } = metric;
            assert!(seen.insert(name), "{name} is there twice");
            assert!(
                name.starts_with("fluxori_") && is_snake_case(name),
                "{name}"
            );
            let is_counter = name.ends_with("_total");
            assert_eq!(is_counter, *kind == Counter, "{name}");
            if matches!(kind, Histogram(_)) {
                assert!(name.ends_with("_seconds"), "{name}");
            }
            for label in metric.labels {
                assert!(is_snake_case(label.name) && label.name != "le", "{name}");
                assert_ne!(label.values.all(), Some(Vec::new()), "{name}");
            }
        }
    }

    #[test]
    fn bounds_grow() {
        for bounds in [HERE, OUTSIDE] {
            assert!(bounds.is_sorted_by(|one, other| one < other));
        }
    }

    #[test]
    fn no_label_could_hold_a_tenant() {
        for label in METRICS.iter().flat_map(|metric| metric.labels) {
            for word in [
                "user",
                "org",
                "tenant",
                "connection",
                "shop",
                "account",
                "id",
            ] {
                assert_ne!(label.name, word);
            }
        }
    }
}
