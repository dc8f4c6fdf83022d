use actix_web::{HttpRequest, HttpResponse, web};

use super::EVENTS;
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, Query, json, page_request},
    problem::{Problem, problem_of, problems},
    routes::events::EventPageView,
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound, TooManyRequests, Internal, Unavailable);

/// Show the history of a connection
///
/// Its audit trail, newest first: changes, tests, and every time an adapter was handed the credential. Auditors and
/// administrators of the organization read it for everybody's, from before it changed hands and after it was deleted, too.
#[utoipa::path(
    get,
    path = EVENTS,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("limit" = Option<u16>, Query, description = "Most items of the page; 20 when absent.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = EventPageView), Refusals),
)]
pub(crate) async fn events(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
    id: IdPath,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["limit", "cursor"])?;
    let page = page_request(&query)?;
    let scope = &login.0.scope;
    let found = if login.reaches_all() {
        let all = state
            .connections
            .events_of_anybody(&scope.organization, id.0, page);
        all.await
    } else {
        state.connections.events(scope, id.0, page).await
    };
    let page = found.map_err(|error| problem_of(error, state.clock.now()))?;
    Ok(json(HttpResponse::Ok(), &EventPageView::from(&page)))
}
