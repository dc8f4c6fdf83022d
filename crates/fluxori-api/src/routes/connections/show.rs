use actix_web::{HttpRequest, HttpResponse, http::header::ETAG, web};

use super::{ONE, view::ConnectionView};
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, Query, if_none_match, json, tag_of},
    problem::{Problem, problem_of, problems},
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound, TooManyRequests, Internal, Unavailable);

/// Show a connection
#[utoipa::path(
    get,
    path = ONE,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that you have already."),
    ),
    responses(
        (status = 200, description = "The connection.", body = ConnectionView,
            headers(("ETag" = String, description = "Its version, for `If-Match` and `If-None-Match`."))),
        (status = 304, description = "You have this version already."),
        Refusals,
    ),
)]
pub(crate) async fn show(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
    id: IdPath,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let caller = login.on(&state, id.0).await?;
    let connection = state
        .connections
        .find(&caller.scope, id.0)
        .await
        .map_err(|error| problem_of(error, state.clock.now()))?;
    let tag = tag_of(&connection, state.clock.now());
    if if_none_match(&request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .finish());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, tag));
    Ok(json(
        response,
        &ConnectionView::of(&connection, state.clock.now()),
    ))
}
