//! `/auth`: signing in to the page and out of it.

pub(crate) mod callback;
pub(crate) mod link;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod sign_out;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{Method, header::LOCATION},
    web,
};

use crate::{admission::CallerAddress, http::Limits, problem::Problem, sign_in::SignIn};

/// Who is signed in.
pub(crate) const SESSION: &str = "/auth/session";
/// Off to the identity provider.
pub(crate) const SIGN_IN: &str = "/auth/sign-in";
/// Back from it.
pub(crate) const CALLBACK: &str = "/auth/callback";
/// In by a link.
pub(crate) const LINK: &str = "/auth/link";
/// Out.
pub(crate) const SIGN_OUT: &str = "/auth/sign-out";

/// How a way in may end without anybody being signed in, as the page is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The person, or the provider, refused.
    Denied,
    /// It took too long, was used already, or began in another browser.
    Expired,
    /// Something went wrong between us and the provider.
    Failed,
    /// The person has no user or organization here.
    Forbidden,
    /// The link is used up or too old.
    Link,
}

impl End {
    /// Whether somebody may be trying things out.
    const fn is_stray(self) -> bool {
        !matches!(self, Self::Denied | Self::Forbidden)
    }

    /// The page, told of it.
    const fn address(self) -> &'static str {
        match self {
            Self::Denied => "/?signIn=denied",
            Self::Expired => "/?signIn=expired",
            Self::Failed => "/?signIn=failed",
            Self::Forbidden => "/?signIn=forbidden",
            Self::Link => "/?signIn=link",
        }
    }
}

/// Sends the browser on.
fn to(address: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, address));
    response
}

/// Sends the browser to the page with an end; counts it where somebody may be trying things out.
fn ended(
    end: End,
    limits: &web::Data<Limits>,
    request: &HttpRequest,
) -> Result<HttpResponseBuilder, Problem> {
    if end.is_stray() {
        count_stray(limits, request)?;
    }
    Ok(to(end.address()))
}

/// Counts a request that led nowhere: nobody may try cookies, states or links for long.
fn count_stray(limits: &web::Data<Limits>, request: &HttpRequest) -> Result<(), Problem> {
    match CallerAddress::of(request) {
        Some(address) => limits.count_sign_in(address),
        None => Ok(()),
    }
}

/// Whether the request only asks for the head of an answer: then nothing must be used up.
fn only_looks(request: &HttpRequest) -> bool {
    *request.method() == Method::HEAD
}

/// Signing in, where the page is on.
fn on(sign_in: &web::Data<Option<SignIn>>) -> Result<&SignIn, Problem> {
    sign_in.as_ref().as_ref().ok_or_else(Problem::not_found)
}
