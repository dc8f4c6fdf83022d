use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::header::ETAG, web};
use fluxori_connections::ReplaceRequest;
use fluxori_domain::{CredentialForm, SecretText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    CREDENTIALS,
    test_view::TestView,
    view::{ConnectionView, WarningView, warnings},
};
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, IfMatch, JsonBody, Query, json, tag_of},
    problem::{Problem, problem_of, problems},
    work::Work,
};

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound,
    RequestTimeout, AlreadyConnected, OtherAccount, Conflict, PreconditionFailed, BodyTooLarge, UnsupportedMediaType,
    ValidationFailed, NotSupported, NotConfigured, NotConfirmed, ChoiceRequired, TooManyRequests, Internal,
    Unavailable);

/// Replace the credential of a connection
///
/// The new one is tested first and must be of the same account. Until it is stored, and whenever anything fails, the
/// old one stays in force. Fields that the account determines may be left out.
#[utoipa::path(
    put,
    path = CREDENTIALS,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that you saw, or `*`."),
    ),
    request_body(content = ReplaceCredentialsRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "Replaced.", body = ReplacedView,
            headers(("ETag" = String, description = "The connection's new version."))),
        Refusals,
    ),
)]
pub(crate) async fn replace(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    id: IdPath,
    if_match: IfMatch,
    body: JsonBody<ReplaceCredentialsRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let wanted = ReplaceRequest {
        form: CredentialForm::new(body.0.credentials),
        expected_version: if_match.expected_version(),
    };
    let caller = login.on(&state, id.0).await?;
    let connections = state.connections.clone();
    let replaced = work.finish(async move { connections.replace(&caller, id.0, wanted).await });
    let (connection, test, found) = match replaced.await? {
        Ok(replaced) => replaced,
        Err(error) => return Err(problem_of(if_match.explain(error)?, state.clock.now())),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, tag_of(&connection, state.clock.now())));
    let view = ReplacedView {
        connection: ConnectionView::of(&connection, state.clock.now()),
        test: (&test).into(),
        warnings: warnings(&found),
    };
    Ok(json(response, &view))
}

/// A new credential.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReplaceCredentialsRequest {
    /// The filled-in form: field name → value. Never shown again.
    #[schema(value_type = BTreeMap<String, String>)]
    credentials: BTreeMap<String, SecretText>,
}

/// A connection with a new credential.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplacedCredentials)]
struct ReplacedView<'a> {
    /// The connection.
    #[serde(flatten)]
    connection: ConnectionView<'a>,
    /// What the test of the new credential found.
    test: TestView<'a>,
    /// Things that look wrong but were not refused.
    warnings: Vec<WarningView<'a>>,
}
