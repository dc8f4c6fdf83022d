use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_domain::Marketplace;
use serde::Serialize;
use utoipa::ToSchema;

use super::ONE;
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, IfMatch, Query, json},
    problem::{Problem, problem_of, problems},
    schema::MarketplaceSchema,
};

problems!(Refusals: InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, NotFound, Conflict,
    PreconditionFailed, TooManyRequests, Internal, Unavailable);

/// Disconnect an account
///
/// The connection is gone at once and its credential is destroyed. The answer says what is left to do at the
/// marketplace, where the key itself lives on.
#[utoipa::path(
    delete,
    path = ONE,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that you saw, or `*`."),
    ),
    responses((status = 200, description = "Disconnected.", body = DeletedView), Refusals),
)]
pub(crate) async fn delete(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
    id: IdPath,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let expected = if_match.expected_version();
    let deleted = match state.connections.delete(&login.0, id.0, expected).await {
        Ok(deleted) => deleted,
        Err(error) => return Err(problem_of(if_match.explain(error)?, state.clock.now())),
    };
    let view = DeletedView {
        marketplace: deleted.marketplace,
        help: deleted.help,
    };
    Ok(json(HttpResponse::Ok(), &view))
}

/// A connection that was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeletedConnection)]
struct DeletedView {
    /// Where the account is.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: Marketplace,
    /// What the seller does at the marketplace now.
    help: &'static str,
}
