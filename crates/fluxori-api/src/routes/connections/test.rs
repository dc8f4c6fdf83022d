use actix_web::{HttpRequest, HttpResponse, http::header::ETAG, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{TEST, test_view::TestView, view::ConnectionView};
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, Query, idempotency_key, json, tag_of},
    problem::{Problem, problem_of, problems},
    work::Work,
};

problems!(Refusals: InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound, AlreadyConnected,
    OtherAccount, Conflict, NotSupported, ChoiceRequired, TooManyRequests, Internal, Unavailable);

/// Test a connection
///
/// Asks the marketplace whether the stored credential works, and records the result. A bad result is not an error: it
/// is in the answer.
#[utoipa::path(
    post,
    path = TEST,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("Idempotency-Key" = Option<String>, Header, description = "Accepted; a test may be repeated anyway."),
    ),
    responses(
        (status = 200, description = "Tested.", body = TestedView,
            headers(("ETag" = String, description = "The connection's new version."))),
        Refusals,
    ),
)]
pub(crate) async fn test(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    id: IdPath,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    idempotency_key(&request)?;
    let caller = login.on(&state, id.0).await?;
    let connections = state.connections.clone();
    let tested = work
        .finish(async move { connections.test(&caller, id.0).await })
        .await?
        .map_err(|error| problem_of(error, state.clock.now()))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, tag_of(&tested.connection, state.clock.now())));
    let view = TestedView {
        connection: ConnectionView::of(&tested.connection, state.clock.now()),
        test: (&tested.test).into(),
    };
    Ok(json(response, &view))
}

/// A connection that was tested.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestedConnection)]
struct TestedView<'a> {
    /// The connection.
    #[serde(flatten)]
    connection: ConnectionView<'a>,
    /// What the test found.
    test: TestView<'a>,
}
