//! Keeps what goes wrong in a route inside it, as a response that the edge can complete.

use std::panic::AssertUnwindSafe;

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use futures_util::FutureExt;

use crate::problem::{Panicked, Problem};

/// Wraps each resource. Not the application: the request must not be held twice while its route is being looked for.
pub(crate) async fn contain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let outer = request.request().clone();
    // What a handler was changing when it panicked is dropped with it; what is shared is behind locks or atomics.
    let answer = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    Ok(match answer {
        Ok(Ok(response)) => response.map_into_boxed_body(),
        Ok(Err(error)) => ServiceResponse::from_err(error, outer),
        Err(_) => ServiceResponse::from_err(Problem::internal().caused_by(Panicked), outer),
    })
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, http::StatusCode, middleware::from_fn, test, web};

    use super::*;
    use crate::http::edge;

    async fn boom() -> HttpResponse {
        panic!("the words of a panic")
    }

    #[actix_web::test]
    async fn a_panic_becomes_a_problem_that_says_nothing_about_it() {
        let resource = web::resource("/").get(boom).wrap(from_fn(contain));
        let app = test::init_service(App::new().service(resource).wrap(from_fn(edge))).await;
        let request = test::TestRequest::default()
            .insert_header(("x-request-id", "abc"))
            .to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers().get("x-request-id").unwrap(), "abc");
        assert_eq!(response.headers().get("cache-control").unwrap(), "no-store");
        let body = test::read_body(response).await;
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["type"], "/problems/internal");
        assert_eq!(document["requestId"], "abc");
        assert!(!document.to_string().contains("words of a panic"));
    }

    #[actix_web::test]
    async fn an_error_of_the_framework_is_not_quoted() {
        async fn number(_: web::Path<u8>) -> HttpResponse {
            HttpResponse::Ok().finish()
        }
        let resource = web::resource("/{n}").get(number).wrap(from_fn(contain));
        let app = test::init_service(App::new().service(resource).wrap(from_fn(edge))).await;
        let request = test::TestRequest::with_uri("/canary").to_request();
        let body = test::call_and_read_body(&app, request).await;
        assert!(!String::from_utf8_lossy(&body).contains("canary"));
    }
}
