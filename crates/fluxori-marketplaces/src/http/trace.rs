use opentelemetry::{Context, trace::TraceContextExt as _};
use reqwest::header::{HeaderName, HeaderValue};

/// The name of the header, by W3C Trace Context.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The present span, for whoever is called in it; nothing where no traces are recorded.
pub(super) fn traceparent() -> Option<HeaderValue> {
    let context = Context::current();
    let span = context.span();
    let span = span.span_context();
    if !span.is_valid() {
        return None;
    }
    let text = format!(
        "00-{}-{}-{:02x}",
        span.trace_id(),
        span.span_id(),
        u8::from(span.is_sampled())
    );
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    #[test]
    fn the_present_span_is_named_as_the_standard_writes_it() {
        assert_eq!(traceparent(), None);
        let span = SpanContext::new(
            TraceId::from(0xabc_u128),
            SpanId::from(1_u64),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        let _present = Context::new().with_remote_span_context(span).attach();
        assert_eq!(
            traceparent().unwrap(),
            "00-00000000000000000000000000000abc-0000000000000001-01"
        );
    }
}
