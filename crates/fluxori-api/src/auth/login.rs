//! Lets only known callers through to the routes behind it.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE},
    middleware::Next,
    web,
};
use fluxori_domain::{
    Caller, ConnectionId, OrganizationId, Reach, ServiceName, TenantScope, UserId,
    telemetry::events,
};

use super::{Authenticator, Identity, Needs, TokenError};
use crate::{
    ApiState,
    admission::{Aside, CallerAddress},
    http::{Limits, Query, limited, request_id},
    problem::{Problem, ProblemKind, problem_of},
    sign_in::SignIn,
};

/// See [`service_name`].
const SERVICE: &str = "web";
/// How long to wait for the keys of the identity provider.
const RETRY_SECONDS: u32 = 5;

/// The caller of a route behind [`login`], and with whose connections they may do what the route does.
#[derive(Debug, Clone)]
pub(crate) struct Login(pub(crate) Caller, Reach);

/// Whose connections somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those of one user.
    One(TenantScope),
    /// Those of everybody in the organization.
    Everybody(OrganizationId),
}

impl Login {
    /// Whether they may do it with everybody's connections.
    pub(crate) fn reaches_all(&self) -> bool {
        self.1 == Reach::Organization
    }

    /// The caller, as who acts on this connection: for its owner, where they may act for others. A connection of another
    /// organization has no owner that they could act for, and is as little there as one that never was.
    pub(crate) async fn on(&self, state: &ApiState, id: ConnectionId) -> Result<Caller, Problem> {
        let mut caller = self.0.clone();
        if !self.reaches_all() {
            return Ok(caller);
        }
        let organization = &caller.scope.organization;
        let owner = state
            .connections
            .owner(organization, id)
            .await
            .map_err(|error| problem_of(error, state.clock.now()))?;
        if owner != caller.scope.user {
            caller.actor = Some(std::mem::replace(&mut caller.scope.user, owner));
        }
        Ok(caller)
    }

    /// Whose connections the parameter `user` asks for: the caller's own without it, everybody's with `*`.
    pub(crate) fn whose(&self, query: &Query) -> Result<Whose, Problem> {
        let own = &self.0.scope;
        let asked = query.value("user", |text| match text {
            "*" => Ok(Whose::Everybody(own.organization.clone())),
            user => UserId::new(user)
                .map(|user| Whose::One(TenantScope::new(own.organization.clone(), user)))
                .map_err(|error| error.to_string()),
        })?;
        let asked = asked.unwrap_or_else(|| Whose::One(own.clone()));
        if asked != Whose::One(own.clone()) && !self.reaches_all() {
            return Err(Problem::new(
                ProblemKind::Forbidden,
                "Only administrators of the organization see other people's connections. Leave `user` out for yours.",
            ));
        }
        Ok(asked)
    }
}

impl FromRequest for Login {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let login = request.extensions().get::<Self>().cloned();
        ready(login.ok_or_else(login_required))
    }
}

/// Checks the token or the session, counts the request, compares the roles with what the route needs, and tells the route
/// who calls.
pub(crate) async fn login(
    authenticator: web::Data<Authenticator>,
    sign_in: web::Data<Option<SignIn>>,
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let found = match bearer_token(request.headers()) {
        Ok(Some(token)) => {
            // The identity provider may have to be asked for its keys.
            let aside = Aside::of(request.request());
            let identity = aside.wait_for(authenticator.identity(token)).await;
            identity.and_then(|identity| identity.map_err(invalid_token))
        }
        Ok(None) => by_session(sign_in.as_ref().as_ref(), &request).await,
        Err(problem) => Err(problem),
    };
    let_in(found, &limits, request, next).await
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
    let_in(found, &limits, request, next).await
}

async fn let_in(
    found: Result<Arc<Identity>, Problem>,
    limits: &Limits,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let identity = match found {
        Ok(identity) => identity,
        Err(problem) => {
            let address = CallerAddress::of(request.request());
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
    let need = request
        .app_data::<Needs>()
        .and_then(|needs| needs.of(request.method()));
    let reach = match need.map_or(Ok(Reach::Own), |need| need.reach(identity.roles)) {
        Ok(reach) => reach,
        Err(problem) => return Ok(request.error_response(problem)),
    };
    let caller = Caller {
        scope: identity.scope.as_ref().clone(),
        actor: None,
        service: service_name(),
        request_id: request_id(request.request()),
    };
    request.extensions_mut().insert(Login(caller, reach));
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
    tracing::debug!(
        event = events::SIGN_IN_TOKEN_REFUSED,
        %error,
        "token refused"
    );
    Problem::new(ProblemKind::InvalidToken, detail).with_header(
        WWW_AUTHENTICATE,
        format!(
            "Bearer realm=\"fluxori\", error=\"invalid_token\", error_description=\"{detail}\""
        ),
    )
}
