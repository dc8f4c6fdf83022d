//! Whose trace a request belongs to, by W3C Trace Context.

use actix_web::http::header::HeaderMap;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Where a caller names its trace.
const HEADER: &str = "traceparent";

/// Makes the span of a request part of its caller's trace, and returns the number of the trace that it belongs to, if any. To be
/// called before the span is entered.
pub(super) fn join(span: &Span, headers: &HeaderMap) -> Option<TraceId> {
    let caller = caller(headers);
    if let Some(caller) = &caller {
        // It only fails where no traces are recorded.
        let _ = span.set_parent(Context::new().with_remote_span_context(caller.clone()));
    }
    let ours = span.context();
    let ours = ours.span().span_context().trace_id();
    if ours == TraceId::INVALID {
        return caller.map(|caller| caller.trace_id());
    }
    Some(ours)
}

/// The caller's span: numbers and a flag, nothing else of what it sent.
fn caller(headers: &HeaderMap) -> Option<SpanContext> {
    let mut sent = headers.get_all(HEADER);
    let (Some(value), None) = (sent.next(), sent.next()) else {
        return None;
    };
    parse(value.to_str().ok()?)
}

/// `00-<32 digits>-<16 digits>-<2 digits>`, in lower case. Later versions may add to it behind another hyphen.
fn parse(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(is_digit)).then_some(part)
    };
    let (version, trace, span, flags) = (number(2)?, number(32)?, number(16)?, number(2)?);
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let caller = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(flags) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    caller.is_valid().then_some(caller)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_numbers_of_a_caller_are_taken_over() {
        let caller = parse(GOOD).unwrap();
        let trace = caller.trace_id().to_string();
        assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(caller.span_id().to_string(), "00f067aa0ba902b7");
        assert!(caller.is_sampled() && caller.is_remote());
        let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe-more";
        assert!(!parse(later).unwrap().is_sampled());
    }

    #[test]
    fn anything_else_begins_a_trace_of_its_own() {
        for bad in [
            "",
            "00",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473+-00f067aa0ba902b7-01",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        let mut headers = HeaderMap::new();
        for _ in 0..2 {
            headers.append(
                HeaderName::from_static(HEADER),
                HeaderValue::from_static(GOOD),
            );
        }
        assert!(caller(&headers).is_none(), "sent twice");
    }

    #[test]
    fn the_callers_number_is_known_even_where_no_traces_are_recorded() {
        let name = HeaderName::from_static(HEADER);
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(GOOD))]);
        let trace = join(&Span::none(), &headers).unwrap();
        assert_eq!(trace.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(join(&Span::none(), &HeaderMap::new()).is_none());
    }
}
