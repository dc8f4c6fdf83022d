use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::SIGN_OUT;
use crate::{
    auth::Login,
    http::{Query, json},
    problem::{Problem, of_storage, problems},
    sign_in::{SignIn, forget_session},
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Csrf, TooManyRequests, Internal, Unavailable);

/// Sign out
///
/// For the page: forgets the session of this browser, which ends on every server at once. `redirectTo` is where the browser
/// goes to sign out at the identity provider as well, where that has such a place.
#[utoipa::path(
    post,
    path = SIGN_OUT,
    tag = "Signing in",
    responses((status = 200, description = "Signed out.", body = SignedOutView), Refusals),
    security(("session" = []))
)]
pub(crate) async fn sign_out(
    sign_in: web::Data<Option<SignIn>>,
    request: HttpRequest,
    _: Login,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let mut redirect_to = None;
    if let Some(sign_in) = sign_in.as_ref() {
        sign_in.end(request.headers()).await.map_err(of_storage)?;
        if let Some(provider) = sign_in.provider() {
            redirect_to = provider.sign_out_url().await.map(String::from);
        }
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((SET_COOKIE, forget_session()));
    Ok(json(response, &SignedOutView { redirect_to }))
}

/// Nobody is signed in in this browser any more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedOut)]
pub(crate) struct SignedOutView {
    /// Where to send the browser, to sign out at the identity provider too; `null` where there is no such place.
    redirect_to: Option<String>,
}
