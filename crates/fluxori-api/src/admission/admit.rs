//! Stands before everything that costs something: before logins, before the database.

use std::time::Duration;

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web,
};

use super::{CallerAddress, Doors, place::Place, refused};
use crate::{
    http::{Limits, limited},
    problem::{Problem, ProblemKind},
};

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lane {
    /// For nothing but our own database and secret store.
    #[default]
    Here,
    /// For a marketplace or the identity provider, which may be slow: it must not be in the way of the others.
    Outside,
}

/// The lane of each method of an address.
#[derive(Debug, Clone)]
pub(crate) struct Lanes(pub(crate) Vec<(Method, Lane)>);

/// How long a caller is kept waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestTimeout(pub(crate) Duration);

impl Lanes {
    /// A method that the address does not have is refused there, which takes no time.
    fn of(&self, method: &Method) -> Lane {
        let found = self.0.iter().find(|(existing, _)| existing == method);
        found.map_or(Lane::Here, |(_, lane)| *lane)
    }
}

/// Counts the request for its address, waits for a place, and answers for whoever takes too long.
pub(crate) async fn admit(
    limits: web::Data<Limits>,
    doors: web::Data<Doors>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let address = CallerAddress::of(request.request());
    let headroom = match address.map(|address| limits.count_address(address)) {
        None => None,
        Some(Ok(headroom)) => headroom,
        Some(Err(problem)) => return Ok(request.error_response(problem)),
    };
    let lane = request
        .app_data::<Lanes>()
        .map_or(Lane::Here, |lanes| lanes.of(request.method()));
    let RequestTimeout(longest) = *request
        .app_data::<RequestTimeout>()
        .expect("the server sets how long a request may take");
    let door = doors.of(lane);
    let outer = request.request().clone();
    let answering = async {
        let place = match Place::take(door).await {
            Ok(place) => place,
            Err(problem) => return Ok(request.error_response(problem)),
        };
        request.extensions_mut().insert(place);
        let response = next.call(request).await?;
        Ok::<_, Error>(response.map_into_boxed_body())
    };
    let mut response = match tokio::time::timeout(longest, answering).await {
        Ok(answered) => answered?,
        Err(_) => ServiceResponse::from_err(late(), outer),
    };
    if let Some(headroom) = headroom {
        limited(response.headers_mut(), headroom);
    }
    Ok(response)
}

fn late() -> Problem {
    refused::refused(refused::LATE);
    Problem::new(
        ProblemKind::TookTooLong,
        "What was begun is finished here all the same. Look what came of it before you ask for it again.",
    )
}
