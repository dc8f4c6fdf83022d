use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_domain::Role;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SESSION, count_stray};
use crate::{
    http::{Limits, Query, json},
    problem::{Problem, of_storage, problems},
    schema::RoleSchema,
    sign_in::{SignIn, SignedIn, session_key},
    time::Time,
};

problems!(Refusals: InvalidQuery, TooManyRequests, Internal, Unavailable);

/// Tell who is signed in
///
/// For the page: who is signed in in this browser, by cookie. A request that another page makes sees nobody.
#[utoipa::path(
    get,
    path = SESSION,
    tag = "Signing in",
    responses((status = 200, description = "Who is, or nobody.", body = SignInStateView), Refusals),
    security(())
)]
pub(crate) async fn session(
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let Some(sign_in) = sign_in.as_ref() else {
        return Ok(answer(None, false));
    };
    let headers = request.headers();
    let mut signed_in = None;
    if sign_in.is_own(headers) && session_key(headers).is_some() {
        signed_in = sign_in.signed_in(headers).await.map_err(of_storage)?;
        if signed_in.is_none() {
            count_stray(&limits, &request)?;
        }
    }
    Ok(answer(signed_in, sign_in.provider().is_some()))
}

fn answer(signed_in: Option<SignedIn>, can_sign_in: bool) -> HttpResponse {
    let view = SignInStateView {
        session: signed_in.map(SessionView::from),
        can_sign_in,
    };
    json(HttpResponse::Ok(), &view)
}

/// Who is signed in, and how one could be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignInState)]
pub(crate) struct SignInStateView {
    /// Who is signed in in this browser; `null` when nobody is.
    session: Option<SessionView>,
    /// Whether `GET /auth/sign-in` leads to an identity provider.
    can_sign_in: bool,
}

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// The user.
    user: String,
    /// Their organization.
    organization: String,
    /// What they were when they signed in.
    #[schema(value_type = Vec<RoleSchema>)]
    roles: Vec<Role>,
    /// When they have to sign in again.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Time,
    /// To send as `X-CSRF-Token` with every request that changes something.
    csrf_token: String,
}

impl From<SignedIn> for SessionView {
    fn from(signed_in: SignedIn) -> Self {
        let csrf_token = signed_in.csrf_token();
        let session = signed_in.session;
        Self {
            user: session.scope.user.to_string(),
            organization: session.scope.organization.to_string(),
            roles: session.roles.iter().collect(),
            expires_at: session.expires_at.into(),
            csrf_token,
        }
    }
}
