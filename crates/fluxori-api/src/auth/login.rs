//! Lets only known callers through to the routes behind it.

use std::future::{Ready, ready};

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

use super::{Authenticator, TokenError};
use crate::{
    http::{Limits, limited, request_id},
    problem::{Problem, ProblemKind},
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

/// Checks the token, counts the request, and tells the routes who calls.
pub(crate) async fn login(
    authenticator: web::Data<Authenticator>,
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let identity = match identify(&authenticator, request.headers()).await {
        Ok(identity) => identity,
        Err(problem) => {
            let address = request.peer_addr().map(|address| address.ip());
            let is_failure = problem.kind() != ProblemKind::Unavailable;
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
    if identity.read_only && !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request.error_response(Problem::new(
            ProblemKind::Forbidden,
            "Your role may look at connections, not change them.",
        )));
    }
    let caller = Caller {
        scope: identity.scope.as_ref().clone(),
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

async fn identify(
    authenticator: &Authenticator,
    headers: &HeaderMap,
) -> Result<std::sync::Arc<super::Identity>, Problem> {
    let mut sent = headers.get_all(AUTHORIZATION);
    let value = match (sent.next(), sent.next()) {
        (None, _) => return Err(login_required()),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err(invalid_token(TokenError::Malformed)),
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token)
        .ok_or_else(login_required)?;
    authenticator.identity(token).await.map_err(invalid_token)
}

fn login_required() -> Problem {
    Problem::new(
        ProblemKind::LoginRequired,
        "Send an access token: Authorization: Bearer <token>.",
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
        TokenError::Claim(_) => {
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
