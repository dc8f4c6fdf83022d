use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};
use fluxori_domain::telemetry::events;

use super::{End, LINK, ended, on, only_looks, to};
use crate::{
    http::{Limits, Query},
    problem::{Chain, Problem, problems},
    sign_in::SignIn,
};

problems!(Refusals: InvalidQuery, NotFound, TooManyRequests);

/// Sign in by a link
///
/// For browsers, in development: opens a link that `fluxori-server sign-in-link` printed. It is good once. There is nothing
/// at this address unless the operator allows such links.
#[utoipa::path(
    get,
    path = LINK,
    tag = "Signing in",
    params(("token" = String, Query, description = "What the link holds.")),
    responses(
        (status = 303, description = "To the page; to `/?signIn=link` when the link is used up or too old.", headers(
            ("Location" = String, description = "A path of this server.")
        )),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn link(
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sign_in = on(&sign_in)?;
    if !sign_in.has_links() {
        return Err(Problem::not_found());
    }
    let query = Query::of(&request, &["token"])?;
    if only_looks(&request) {
        return Ok(to("/").finish());
    }
    let token = query.value("token", |text| Ok(text.to_owned()))?;
    let token = zeroize::Zeroizing::new(token.unwrap_or_default());
    match sign_in.open_link(request.headers(), &token).await {
        Ok(Some(cookie)) => Ok(to("/").insert_header((SET_COOKIE, cookie)).finish()),
        Ok(None) => Ok(ended(End::Link, &limits, &request)?.finish()),
        Err(error) => {
            tracing::error!(
                event = events::SIGN_IN_BROKEN,
                cause = %Chain(&error),
                "nobody could be signed in"
            );
            Ok(to(End::Failed.address()).finish())
        }
    }
}
