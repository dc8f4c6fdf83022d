use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_connections::Revocation;
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
    work::Work,
};

problems!(Refusals: InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound, Conflict,
    PreconditionFailed, TooManyRequests, Internal, Unavailable);

/// Disconnect an account
///
/// The connection is gone at once. Unless `revoke` is `false`, the account is cut off at the marketplace where that is
/// possible: at Shopify our app is uninstalled, at Xero the organisation is disconnected. Then the credential is destroyed.
/// `revocation` and `help` say what is left to do at the marketplace.
#[utoipa::path(
    delete,
    path = ONE,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("revoke" = Option<bool>, Query, description =
            "`false` only forgets the credential here; `true` when absent."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that you saw, or `*`."),
    ),
    responses((status = 200, description = "Disconnected.", body = DeletedView), Refusals),
)]
pub(crate) async fn delete(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    id: IdPath,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["revoke"])?;
    let revoke = query.value("revoke", |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    })?;
    let caller = login.on(&state, id.0).await?;
    let expected = if_match.expected_version();
    let revoke = revoke.unwrap_or(true);
    let connections = state.connections.clone();
    let deleted = work
        .finish(async move { connections.delete(&caller, id.0, expected, revoke).await })
        .await?;
    let deleted = match deleted {
        Ok(deleted) => deleted,
        Err(error) => return Err(problem_of(if_match.explain(error)?, state.clock.now())),
    };
    let view = DeletedView {
        marketplace: deleted.marketplace,
        revocation: deleted.revocation.into(),
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
    /// What became of the account there.
    revocation: RevocationView,
    /// What the seller does at the marketplace now.
    help: &'static str,
}

/// What became of an account at its marketplace.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Revocation)]
enum RevocationView {
    /// It is cut off, or was before.
    Done,
    /// Only the seller can do it there.
    LeftToSeller,
    /// The marketplace is troubled: it is tried again for a week.
    Pending,
    /// `revoke` was `false`.
    NotAsked,
    /// It was tried for a week, in vain: only the seller can do it now.
    GivenUp,
}

impl From<Revocation> for RevocationView {
    fn from(revocation: Revocation) -> Self {
        match revocation {
            Revocation::Done => Self::Done,
            Revocation::LeftToSeller => Self::LeftToSeller,
            Revocation::Pending => Self::Pending,
            Revocation::NotAsked => Self::NotAsked,
            Revocation::GivenUp => Self::GivenUp,
        }
    }
}
