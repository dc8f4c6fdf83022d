use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderValue, SET_COOKIE},
    web,
};
use fluxori_domain::telemetry::events;

use super::{CALLBACK, End, ended, on, only_looks, to};
use crate::{
    auth::{Claim, TokenError},
    http::{Limits, callback_query},
    problem::{Chain, Problem, problems},
    sign_in::{Attempt, Provider, ProviderError, SignIn, attempt, forget_attempt},
};

problems!(Refusals: NotFound, TooManyRequests);

/// Come back from the identity provider
///
/// For browsers: the redirect address to register at the identity provider. The browser is sent on to where it wanted to
/// go, or else to `/` with `signIn`: `denied` (by the person or the provider), `expired` (it took too long, was used
/// already, or began in another browser), `failed`, or `forbidden` (the person has no user or organization here).
#[utoipa::path(
    get,
    path = CALLBACK,
    operation_id = "sign_in_callback",
    tag = "Signing in",
    responses(
        (status = 303, description = "To the page.", headers(
            ("Location" = String, description = "A path of this server.")
        )),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn callback(
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sign_in = on(&sign_in)?;
    let provider = sign_in.provider().ok_or_else(Problem::not_found)?;
    if only_looks(&request) {
        return Ok(to("/").finish());
    }
    let query = callback_query(&request);
    let begun = attempt(request.headers());
    // Only what comes back with the state of the attempt is about the attempt, and ends it.
    let Some(begun) = begun.filter(|begun| {
        let state = query.one("state").ok().flatten();
        state.is_some_and(|state| SignIn::is_of(begun, state))
    }) else {
        return Ok(ended(End::Expired, &limits, &request)?.finish());
    };
    let mut response = match finish(sign_in, provider, &begun, &request).await {
        Ok(cookie) => {
            let mut response = to(&sign_in.return_path(&begun));
            response.append_header((SET_COOKIE, cookie));
            response
        }
        Err(end) => ended(end, &limits, &request)?,
    };
    Ok(response
        .append_header((SET_COOKIE, forget_attempt()))
        .finish())
}

/// Signs in whom the provider names: the cookie to set.
async fn finish(
    sign_in: &SignIn,
    provider: &Provider,
    begun: &Attempt,
    request: &HttpRequest,
) -> Result<HeaderValue, End> {
    if sign_in.has_expired(begun) {
        return Err(End::Expired);
    }
    let query = callback_query(request);
    let identity = provider
        .identify(begun, &query)
        .await
        .map_err(|error| end_of(&error))?;
    let begun = sign_in.begin(request.headers(), &identity).await;
    begun.map_err(|error| {
        tracing::error!(
            event = events::SIGN_IN_BROKEN,
            cause = %Chain(&error),
            "nobody could be signed in"
        );
        End::Failed
    })
}

/// What the page is told; the log gets the rest.
fn end_of(error: &ProviderError) -> End {
    let end = match error {
        ProviderError::Denied => End::Denied,
        ProviderError::Token(TokenError::Claim(
            Claim::User | Claim::Organization | Claim::Role,
        )) => End::Forbidden,
        _ => End::Failed,
    };
    if end == End::Denied {
        tracing::info!(
            event = events::SIGN_IN_DENIED,
            "a sign-in was refused at the identity provider"
        );
    } else {
        tracing::warn!(
            event = events::SIGN_IN_FAILED,
            cause = %Chain(error),
            "a sign-in failed"
        );
    }
    end
}
