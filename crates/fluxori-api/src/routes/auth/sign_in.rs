use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};

use super::{End, SIGN_IN, on, only_looks, to};
use crate::{
    http::Query,
    problem::{Problem, problems},
    sign_in::{SignIn, set_attempt},
};

problems!(Refusals: InvalidQuery, NotFound, Internal);

/// Go to the identity provider
///
/// For browsers: a link or a navigation, not a script's request. Whoever signs in there comes back to `returnTo`.
#[utoipa::path(
    get,
    path = SIGN_IN,
    tag = "Signing in",
    params(("returnTo" = Option<String>, Query, description =
        "Where to go afterwards: a path of this server, with its query, of 2 KiB at most. Anything else means `/`.")),
    responses(
        (status = 303, description = "To the identity provider, or to `/?signIn=failed` when it cannot be asked.", headers(
            ("Location" = String, description = "Where to go.")
        )),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn sign_in(
    sign_in: web::Data<Option<SignIn>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sign_in = on(&sign_in)?;
    let provider = sign_in.provider().ok_or_else(Problem::not_found)?;
    let query = Query::of(&request, &["returnTo"])?;
    let return_to = query.value("returnTo", |text| Ok(text.to_owned()))?;
    if only_looks(&request) {
        return Ok(to("/").finish());
    }
    let attempt = sign_in
        .attempt(return_to.as_deref())
        .map_err(|error| Problem::internal().caused_by(error))?;
    Ok(match provider.sign_in_url(&attempt).await {
        Some(url) => to(url.as_str())
            .insert_header((SET_COOKIE, set_attempt(&attempt)))
            .finish(),
        None => to(End::Failed.address()).finish(),
    })
}
