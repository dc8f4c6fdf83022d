use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    REAUTHORIZE,
    authorize::{AuthorizationView, respond},
};
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, JsonBody, Query, browser_binding, idempotency_key, present},
    problem::{FIELDS, Problem, problem_in, problems},
    work::Work,
};

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound,
    RequestTimeout, BodyTooLarge, UnsupportedMediaType, ValidationFailed, NotSupported, NotConfigured, TooManyRequests,
    Internal, Unavailable);

/// Begin to connect an account anew in the browser
///
/// For a connection that has expired or was cut off, or whose consent is about to end. It keeps its id, its label and its
/// history, and what it has now stays in force until the seller has agreed. Only the same account will do: another one ends
/// as `other_account`. Otherwise like `POST /api/connections/authorize`.
#[utoipa::path(
    post,
    path = REAUTHORIZE,
    tag = "Connecting in the browser",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("Idempotency-Key" = Option<String>, Header, description = "Accepted; beginning again does no harm."),
    ),
    request_body(content = ReauthorizeRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "The browser may leave.", body = AuthorizationView, headers(
            ("Set-Cookie" = String, description = "Ties the consent to this browser.")
        )),
        Refusals,
    ),
)]
pub(crate) async fn reauthorize(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    id: IdPath,
    body: JsonBody<ReauthorizeRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    idempotency_key(&request)?;
    let caller = login.on(&state, id.0).await?;
    let (connections, browser) = (state.connections.clone(), browser_binding(&request));
    let return_to = body.0.return_to;
    let authorisation = work
        .finish(async move {
            connections
                .reauthorise(&caller, id.0, return_to, browser)
                .await
        })
        .await?
        .map_err(|error| problem_in(FIELDS, error, state.clock.now()))?;
    Ok(respond(&authorisation))
}

/// Where to go in the end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReauthorizeRequest {
    /// Where the browser goes in the end: an address that the operator allows, or below one. The first of them when absent.
    #[serde(default, deserialize_with = "present")]
    return_to: Option<String>,
}
