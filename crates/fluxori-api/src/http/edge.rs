//! The outermost layer: request id, log line, security headers, and a problem document for whatever went wrong.

use std::{panic::AssertUnwindSafe, time::Instant};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use fluxori_domain::RequestId;
use futures_util::FutureExt;
use tracing::Instrument;

use super::request_id::{self, accept_or_make};
use crate::problem::{Problem, ProblemKind};

/// A page from here runs nothing, loads nothing and is shown in no frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Wraps every request.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = accept_or_make(request.headers());
    request.extensions_mut().insert(id.clone());

    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let quiet = matches!(route.as_str(), "/livez" | "/readyz");
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %id, %method, route);

    let outer = request.request().clone();
    let answer = AssertUnwindSafe(next.call(request).instrument(span.clone()))
        .catch_unwind()
        .await;
    let mut response = match answer {
        Ok(Ok(response)) => of_response(response, &id, &span),
        Ok(Err(error)) => ServiceResponse::new(outer, of_error(&error, &id, &span)),
        // The panic hook has already reported where; what it said may quote anything.
        Err(_) => {
            let problem = Problem::new(
                ProblemKind::Internal,
                "Nothing you can mend. Give the requestId to the operator of this installation.",
            );
            span.in_scope(|| tracing::error!("a handler panicked"));
            ServiceResponse::new(outer, problem.response(Some(id.as_str())))
        }
    };
    add_headers(response.headers_mut(), &id);

    let status = response.status().as_u16();
    let latency_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if quiet && status < 400 {
            tracing::debug!(status, latency_us, "answered");
        } else {
            tracing::info!(status, latency_us, "answered");
        }
    });
    Ok(response)
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
        _ => Problem::new(ProblemKind::Internal, "Something went wrong on our side."),
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

#[cfg(test)]
mod tests {
    use actix_web::{App, middleware::from_fn, test, web};

    use super::*;

    async fn boom() -> HttpResponse {
        panic!("canary-panic")
    }

    #[actix_web::test]
    async fn a_panic_becomes_a_problem_that_says_nothing_about_it() {
        let app = App::new()
            .wrap(from_fn(edge))
            .route("/", web::get().to(boom));
        let app = test::init_service(app).await;
        let request = test::TestRequest::default()
            .insert_header(("x-request-id", "abc"))
            .to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers().get("x-request-id").unwrap(), "abc");
        let body = test::read_body(response).await;
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["type"], "/problems/internal");
        assert_eq!(document["requestId"], "abc");
        assert!(!document.to_string().contains("canary"));
    }

    #[actix_web::test]
    async fn an_error_of_the_framework_is_not_quoted() {
        async fn number(_: web::Path<u8>) -> HttpResponse {
            HttpResponse::Ok().finish()
        }
        let app = App::new()
            .wrap(from_fn(edge))
            .route("/{n}", web::get().to(number));
        let app = test::init_service(app).await;
        let request = test::TestRequest::with_uri("/canary").to_request();
        let body = test::call_and_read_body(&app, request).await;
        assert!(!String::from_utf8_lossy(&body).contains("canary"));
    }
}
