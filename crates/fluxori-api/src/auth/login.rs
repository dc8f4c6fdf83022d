//! Lets only known callers through to the routes behind it.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE},
    },
    middleware::Next,
    web,
};
use fluxori_domain::{Caller, ServiceName};

use super::{Authenticator, Identity, TokenError};
use crate::{
    http::{Limits, limited, request_id},
    problem::{Problem, ProblemKind},
    sign_in::SignIn,
};

/// See [`service_name`].
const SERVICE: &str = "web";
/// How long to wait for the keys of the identity provider.
const RETRY_SECONDS: u32 = 5;

/// The caller of a route behind [`login`].
#[derive(Debug, Clone)]
pub(crate) struct Login(pub(crate) Caller);

impl FromRequest for Login {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let login = request.extensions().get::<Self>().cloned();
        ready(login.ok_or_else(login_required))
    }
}

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Bearers of a token, and people who are signed in to the page.
    Api,
    /// People who are signed in to the page, whatever their role: signing out is theirs to do.
    Page,
}

/// Checks the token or the session, counts the request, and tells the routes who calls.
pub(crate) async fn login(
    authenticator: web::Data<Authenticator>,
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let found = match bearer_token(request.headers()) {
        Ok(Some(token)) => authenticator.identity(token).await.map_err(invalid_token),
        Ok(None) => by_session(sign_in.as_ref().as_ref(), &request).await,
        Err(problem) => Err(problem),
    };
    let_in(Door::Api, found, &limits, request, next).await
}

/// Checks the session, and nothing else, for what only the page does.
pub(crate) async fn page_login(
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let found = match bearer_token(request.headers()) {
        Ok(None) => by_session(sign_in.as_ref().as_ref(), &request).await,
        Ok(Some(_)) => Err(login_required()),
        Err(problem) => Err(problem),
    };
    let_in(Door::Page, found, &limits, request, next).await
}

async fn let_in(
    door: Door,
    found: Result<Arc<Identity>, Problem>,
    limits: &Limits,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let identity = match found {
        Ok(identity) => identity,
        Err(problem) => {
            let address = request.peer_addr().map(|address| address.ip());
            let is_failure = problem.kind().status().is_client_error();
            let refusal = match address {
                Some(address) if is_failure => limits.count_failure(address).err(),
                _ => None,
            };
            return Ok(request.error_response(refusal.unwrap_or(problem)));
        }
    };
    let headroom = match limits.count(&identity.scope) {
        Ok(headroom) => headroom,
        Err(problem) => return Ok(request.error_response(problem)),
    };
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if identity.read_only && door == Door::Api && !looks {
        return Ok(request.error_response(Problem::new(
            ProblemKind::Forbidden,
            "Your role may look at connections, not change them.",
        )));
    }
    let caller = Caller {
        scope: identity.scope.as_ref().clone(),
        actor: None,
        service: service_name(),
        request_id: request_id(request.request()),
    };
    request.extensions_mut().insert(Login(caller));
    let mut response = next.call(request).await?.map_into_boxed_body();
    limited(response.headers_mut(), headroom);
    Ok(response)
}

/// The program that the audit trail names for everything done over HTTP.
pub(crate) fn service_name() -> ServiceName {
    ServiceName::new(SERVICE).expect("a short word is a service name")
}

/// The token of the header `Authorization`; without that header, none. With it, no cookie is looked at: who sends it means
/// to call as somebody, and no page can make a browser send it.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut sent = headers.get_all(AUTHORIZATION);
    let value = match (sent.next(), sent.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err(invalid_token(TokenError::Malformed)),
    };
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Some(token))
        .ok_or_else(login_required)
}

/// Who is signed in in the browser that sent the request.
async fn by_session(
    sign_in: Option<&SignIn>,
    request: &ServiceRequest,
) -> Result<Arc<Identity>, Problem> {
    let signed_in = match sign_in {
        Some(sign_in) => sign_in.caller(request.method(), request.headers()).await?,
        None => None,
    };
    signed_in
        .map(|signed_in| Arc::new(signed_in.identity()))
        .ok_or_else(login_required)
}

fn login_required() -> Problem {
    Problem::new(
        ProblemKind::LoginRequired,
        "Sign in, or send an access token: Authorization: Bearer <token>.",
    )
    .with_header(WWW_AUTHENTICATE, "Bearer realm=\"fluxori\"")
}

/// Before the signature is known to be good, one sentence for all: it must not help anybody to make a better forgery.
fn invalid_token(error: TokenError) -> Problem {
    let detail = match error {
        TokenError::KeysUnavailable => {
            return Problem::unavailable(
                "The keys of the identity provider cannot be read at the moment. Try again in a moment.",
                RETRY_SECONDS,
            )
            .caused_by(error);
        }
        TokenError::TooLong | TokenError::Malformed | TokenError::Signature => {
            "The access token cannot be verified. Log in again."
        }
        TokenError::Expired => "The access token has expired. Log in again.",
        TokenError::NotYetValid => "The access token is not valid yet. Check the clocks.",
        TokenError::Issuer => "The access token comes from another issuer.",
        TokenError::Audience => "The access token is meant for another audience.",
        TokenError::Claim(_) | TokenError::Nonce => {
            "The access token lacks a claim that is needed here, or has it in another form."
        }
    };
    tracing::debug!(%error, "token refused");
    Problem::new(ProblemKind::InvalidToken, detail).with_header(
        WWW_AUTHENTICATE,
        format!(
            "Bearer realm=\"fluxori\", error=\"invalid_token\", error_description=\"{detail}\""
        ),
    )
}
