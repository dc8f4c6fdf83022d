//! The outermost layer: request id, log line, security headers, and a problem document for whatever went wrong.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use fluxori_domain::{RequestId, telemetry::events};
use tracing::{Instrument, field::Empty};

use super::{
    meters::{self, InFlight},
    request_id::{self, accept_or_make},
    trace,
};
use crate::{
    admission::TrustedProxies,
    problem::{Problem, ProblemKind},
    wire::Line,
};

/// A page from here runs nothing, loads nothing and is shown in no frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Who owns the certificate speaks for the host: come back by TLS only.
const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Wraps every request.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let _in_flight = InFlight::begin();
    let line = request.conn_data::<Line>().cloned();
    let _answering = line.as_ref().map(Line::answering);
    let id = accept_or_make(request.headers());
    request.extensions_mut().insert(id.clone());
    if let Some(proxies) = request.app_data::<web::Data<TrustedProxies>>() {
        let caller = proxies.caller(request.peer_addr(), request.headers());
        request.extensions_mut().insert(caller);
    }

    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let quiet = matches!(route.as_str(), "/livez" | "/readyz");
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        trace_id = Empty,
        %method,
        route,
        status = Empty
    );
    if let Some(trace) = trace::join(&span, request.headers()) {
        span.record("trace_id", tracing::field::display(trace));
    }

    let response = next.call(request).instrument(span.clone()).await?;
    let turned_away = is_turned_away(&response);
    let mut response = of_response(response, &id, &span);
    add_headers(response.headers_mut(), &id);
    if line.is_some_and(|line| line.is_encrypted()) {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, FOR_A_YEAR);
    }

    let status = response.status().as_u16();
    let took = started.elapsed();
    meters::answered(&route, &method, response.status(), took);
    let latency_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if (quiet && status < 400) || turned_away {
            tracing::debug!(
                event = events::REQUEST_ANSWERED,
                status,
                latency_us,
                "answered"
            );
        } else {
            tracing::info!(
                event = events::REQUEST_ANSWERED,
                status,
                latency_us,
                "answered"
            );
        }
    });
    // Last, so that the line does not say it twice.
    span.record("status", i64::from(status));
    Ok(response)
}

/// Whether nothing was done because there is too much to do. That is counted, and not written down each time: a flood must
/// not fill the log.
fn is_turned_away(response: &ServiceResponse<impl MessageBody>) -> bool {
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    problem.is_some_and(|problem| {
        matches!(
            problem.kind(),
            ProblemKind::Busy | ProblemKind::TooManyRequests
        )
    })
}

fn of_response(
    response: ServiceResponse<impl MessageBody + 'static>,
    id: &RequestId,
    span: &tracing::Span,
) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response.map_into_boxed_body();
    };
    let mut completed = of_error(error, id, span);
    // Layers in between may have added to it: cross-origin headers, rate limits.
    let added: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| !completed.headers().contains_key(*name))
        // The body is another one now, and plain.
        .filter(|(name, _)| **name != header::CONTENT_ENCODING)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in added {
        completed.headers_mut().append(name, value);
    }
    response.into_response(completed)
}

/// The problem document for an error, logged here and nowhere else.
fn of_error(error: &Error, id: &RequestId, span: &tracing::Span) -> HttpResponse {
    if let Some(problem) = error.as_error::<Problem>() {
        span.in_scope(|| problem.log());
        return problem.response(Some(id.as_str()));
    }
    // An error of the framework: its text may quote the request.
    let status = error.as_response_error().status_code();
    let problem = match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        status if status.is_client_error() => Problem::new(
            ProblemKind::InvalidQuery,
            "The request cannot be read as HTTP.",
        ),
        _ => Problem::internal(),
    };
    span.in_scope(|| problem.log());
    problem.response(Some(id.as_str()))
}

fn add_headers(headers: &mut HeaderMap, id: &RequestId) {
    const FIXED: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let id = HeaderValue::from_str(id.as_str()).expect("request ids are visible ASCII");
    headers.insert(HeaderName::from_static(request_id::HEADER), id);
}
