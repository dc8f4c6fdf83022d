//! See [`crate::fuzzing`].

use actix_web::{
    FromRequest,
    dev::Payload,
    http::header::{self, HeaderName, HeaderValue},
    test::TestRequest,
};
use fluxori_domain::{CallbackQuery, IdempotencyKey, PageRequest};
use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use super::{IfMatch, Query, callback_query, idempotency_key, json, one_cookie, page_request};
use crate::problem::Problem;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The query with which a marketplace sends a browser.
#[must_use]
pub fn callback(query: &str) -> CallbackQuery {
    callback_query::parse(query)
}

/// The query of a list.
///
/// # Errors
/// The problem, as its receiver reads it.
pub fn page(query: &str) -> Result<PageRequest, String> {
    Query::parse(query, &["limit", "cursor"])
        .and_then(|query| page_request(&query))
        .map_err(|problem| shown(&problem))
}

/// What a request says in the header `If-Match`, in `Idempotency-Key`, and in the cookie of a consent, if all of them have
/// this value. `None` when it cannot be the value of a header.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "a header is not waited for")]
pub fn headers(value: &[u8]) -> Option<Headers> {
    let value = HeaderValue::from_bytes(value).ok()?;
    let request = [header::IF_MATCH, IDEMPOTENCY_KEY, header::COOKIE]
        .into_iter()
        .fold(TestRequest::default(), |request, name| {
            request.append_header((name, value.clone()))
        })
        .to_http_request();
    let if_match = IfMatch::from_request(&request, &mut Payload::None)
        .now_or_never()
        .expect("a header is not waited for");
    Some(Headers {
        expected_version: if_match
            .map(IfMatch::expected_version)
            .map_err(|problem| shown(&problem)),
        idempotency_key: idempotency_key(&request).map_err(|problem| shown(&problem)),
        cookie: one_cookie(request.headers(), "__Host-fluxori-oauth").map(str::to_owned),
    })
}

/// What was read of headers; or the problem, as its receiver reads it.
#[derive(Debug)]
pub struct Headers {
    /// The version that must be found.
    pub expected_version: Result<Option<i64>, String>,
    /// The caller's name for the attempt.
    pub idempotency_key: Result<Option<IdempotencyKey>, String>,
    /// The value of the cookie.
    pub cookie: Option<String>,
}

/// Reads a body, or refuses it in the words that its sender reads.
pub(crate) fn body<T: DeserializeOwned>(
    body: &[u8],
    check: impl FnOnce(T) -> Result<(), Problem>,
) -> Result<(), String> {
    json::parse(body)
        .and_then(check)
        .map_err(|problem| shown(&problem))
}

/// All that anybody learns of a problem: the answer, and what is logged.
fn shown(problem: &Problem) -> String {
    let logged = format!("{problem} {problem:?}");
    let body = actix_web::body::to_bytes(problem.response(None).into_body()).now_or_never();
    let body = body.and_then(Result::ok).unwrap_or_default();
    format!("{} {logged}", String::from_utf8_lossy(&body))
}
