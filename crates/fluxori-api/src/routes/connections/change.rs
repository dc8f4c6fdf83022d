use actix_web::{HttpRequest, HttpResponse, http::header::ETAG, web};
use fluxori_connections::ChangeRequest;
use fluxori_domain::Label;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ONE, view::ConnectionView};
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, IfMatch, JsonBody, Query, json, present, tag_of},
    problem::{Problem, problem_of, problems},
    work::Work,
};

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound,
    RequestTimeout, Conflict, PreconditionFailed, BodyTooLarge, UnsupportedMediaType, ValidationFailed,
    TooManyRequests, Internal, Unavailable);

/// Rename a connection or make it the default
///
/// What is absent stays as it is.
#[utoipa::path(
    patch,
    path = ONE,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that you saw, or `*`."),
    ),
    request_body(content = ChangeConnectionRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "The changed connection.", body = ConnectionView,
            headers(("ETag" = String, description = "Its new version."))),
        Refusals,
    ),
)]
pub(crate) async fn change(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    id: IdPath,
    if_match: IfMatch,
    body: JsonBody<ChangeConnectionRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let mut change = body.0.check()?;
    change.expected_version = if_match.expected_version();
    let caller = login.on(&state, id.0).await?;
    let connections = state.connections.clone();
    let changed = work.finish(async move { connections.change(&caller, id.0, change).await });
    let connection = match changed.await? {
        Ok(connection) => connection,
        Err(error) => return Err(problem_of(if_match.explain(error)?, state.clock.now())),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, tag_of(&connection, state.clock.now())));
    Ok(json(
        response,
        &ConnectionView::of(&connection, state.clock.now()),
    ))
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangeConnectionRequest {
    /// A new name, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    label: Option<String>,
    /// Whether adapters get this one when they name no account.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    is_default: Option<bool>,
}

impl ChangeConnectionRequest {
    pub(super) fn check(self) -> Result<ChangeRequest, Problem> {
        let label = self
            .label
            .map(|label| Label::new(label.trim()))
            .transpose()
            .map_err(|error| Problem::invalid_field("label", error.to_string()))?;
        Ok(ChangeRequest {
            label,
            is_default: self.is_default,
            expected_version: None,
        })
    }
}
