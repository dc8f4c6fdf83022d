use std::borrow::Cow;

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

/// The fields of our spans that leave the process, and how they are called outside. What is not here stays: nothing that a caller
/// or a marketplace wrote is in a trace.
const TOLD: [(&str, &str); 9] = [
    ("method", "http.request.method"),
    ("route", "http.route"),
    ("status", "http.response.status_code"),
    ("marketplace", "fluxori.marketplace"),
    ("operation", "fluxori.operation"),
    ("class", "fluxori.outcome"),
    ("store", "fluxori.secret_store"),
    ("database", "db.system.name"),
    ("query", "db.query.summary"),
];
/// Of methods these are repeated.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// A method that somebody made up.
const OTHER_METHOD: &str = "_OTHER";

/// The span as a collector gets it.
pub(super) fn of(mut span: SpanData) -> SpanData {
    span.attributes.retain(is_told);
    for each in &mut span.attributes {
        if each.key.as_str() == "method" && !METHODS.contains(&&*each.value.as_str()) {
            each.value = OTHER_METHOD.into();
        }
    }
    if let Some(name) = name(&span) {
        span.name = Cow::Owned(name);
    }
    if field(&span, "route").is_some() {
        span.span_kind = SpanKind::Server;
    }
    if has_failed(&span) {
        span.status = Status::error("");
    }
    for each in &mut span.attributes {
        if let Some((_, outside)) = TOLD.iter().find(|(ours, _)| *ours == each.key.as_str()) {
            each.key = (*outside).into();
        }
    }
    span
}

fn is_told(attribute: &KeyValue) -> bool {
    TOLD.iter().any(|(ours, _)| *ours == attribute.key.as_str())
}

fn field<'a>(span: &'a SpanData, name: &str) -> Option<&'a Value> {
    let found = span
        .attributes
        .iter()
        .find(|each| each.key.as_str() == name);
    found.map(|each| &each.value)
}

/// What tells it from others of its kind.
fn name(span: &SpanData) -> Option<String> {
    let word = |name: &str| Some(field(span, name)?.as_str().into_owned());
    let (first, second) = match &*span.name {
        "request" => (word("method"), word("route")),
        "marketplace" => (word("marketplace"), word("operation")),
        "secret store" => (word("store"), word("operation")),
        "transaction" => (Some("transaction".to_owned()), word("query")),
        _ => return None,
    };
    Some(format!("{} {}", first?, second?))
}

/// Whether it failed on our side, or at a marketplace.
fn has_failed(span: &SpanData) -> bool {
    matches!(field(span, "status"), Some(Value::I64(500..)))
        || field(span, "class").is_some_and(|class| class.as_str() != "ok")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::{
        Context,
        trace::{Span as _, Tracer as _, TracerProvider as _},
    };
    use opentelemetry_sdk::{
        error::OTelSdkResult,
        trace::{SdkTracerProvider, Span, SpanProcessor},
    };

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Last(Arc<Mutex<Option<SpanData>>>);

    impl SpanProcessor for Last {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, span: SpanData) {
            *self.0.lock().unwrap() = Some(of(span));
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    fn worded(name: &'static str, fields: Vec<KeyValue>) -> SpanData {
        let last = Last::default();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(last.clone())
            .build();
        let mut span = provider.tracer("test").start(name);
        span.set_attributes(fields);
        span.end();
        let worded = last.0.lock().unwrap().take();
        worded.unwrap()
    }

    fn fields(span: &SpanData) -> Vec<(&str, String)> {
        let fields = span.attributes.iter();
        fields
            .map(|each| (each.key.as_str(), each.value.to_string()))
            .collect()
    }

    #[test]
    fn what_nobody_allowed_stays_here() {
        let span = worded(
            "request",
            vec![
                KeyValue::new("request_id", "chosen-by-a-caller"),
                KeyValue::new("method", "CANARIES"),
                KeyValue::new("route", "/api/connections/{id}"),
                KeyValue::new("status", 404_i64),
                KeyValue::new("error", "anything"),
            ],
        );
        assert_eq!(span.name, "_OTHER /api/connections/{id}");
        assert_eq!(span.span_kind, SpanKind::Server);
        assert_eq!(span.status, Status::Unset);
        let told = [
            ("http.request.method", "_OTHER".to_owned()),
            ("http.route", "/api/connections/{id}".to_owned()),
            ("http.response.status_code", "404".to_owned()),
        ];
        assert_eq!(fields(&span), told);
    }

    #[test]
    fn what_failed_is_marked() {
        let failed = |field: KeyValue| worded("marketplace", vec![field]).status != Status::Unset;
        assert!(failed(KeyValue::new("status", 503_i64)));
        assert!(failed(KeyValue::new("class", "throttled")));
        assert!(!failed(KeyValue::new("class", "ok")));
        assert!(!failed(KeyValue::new("status", 200_i64)));
    }

    #[test]
    fn a_kind_of_span_is_named_by_what_it_is_about() {
        let refresh = vec![
            KeyValue::new("marketplace", "xero"),
            KeyValue::new("operation", "refresh"),
        ];
        assert_eq!(worded("marketplace", refresh).name, "xero refresh");
        let query = vec![KeyValue::new("query", "insert.insert")];
        assert_eq!(
            worded("transaction", query).name,
            "transaction insert.insert"
        );
        assert_eq!(
            worded("connections.create", vec![]).name,
            "connections.create"
        );
    }
}
