//! The token endpoint: <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>.

use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use serde_json::json;
use url::form_urlencoded;

use super::{
    accounts::{Refusal, SCOPE},
    assertion,
};
use crate::{
    google::{call::Call, journal::RecordedCall, state::State, status::Code},
    providers::wire,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// What Google says: a second less than it means.
pub(super) const EXPIRES_IN: i64 = 3599;

pub(in crate::google) fn answer(
    state: &State,
    request: &HttpRequest,
    body: &Bytes,
) -> HttpResponse {
    let outcome = exchange(state, request, body);
    let (principal, refused) = match &outcome {
        Ok((email, _)) => (Some(email.clone()), None),
        Err(_) => (None, Some(Code::Unauthenticated)),
    };
    state.journal().record(RecordedCall {
        call: Call::Token,
        resource: String::new(),
        principal,
        refused,
        is_swallowed: false,
    });
    match outcome {
        Ok((_, token)) => {
            let granted =
                json!({"access_token": token, "expires_in": EXPIRES_IN, "token_type": "Bearer"});
            wire::json(200, &granted)
        }
        Err((error, description)) => {
            let refused = json!({"error": error, "error_description": description});
            wire::json(400, &refused)
        }
    }
}

/// The account and its new token, or the error and its description.
fn exchange(
    state: &State,
    request: &HttpRequest,
    body: &Bytes,
) -> Result<(String, String), (&'static str, String)> {
    let refuse = |error, description: &str| Err((error, description.to_owned()));
    let form = request
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let is_form = form.is_some_and(|form| form.starts_with("application/x-www-form-urlencoded"));
    if request.method() != "POST" || !is_form {
        return refuse("invalid_request", "Bad Request");
    }
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(body);
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let grant = field("grant_type").unwrap_or_default();
    if grant != GRANT {
        return refuse(
            "unsupported_grant_type",
            &format!("Invalid grant_type: {grant}"),
        );
    }
    let Some(assertion) = assertion::open(&field("assertion").unwrap_or_default()) else {
        return refuse("invalid_grant", "Invalid JWT Signature.");
    };
    let mut accounts = state.accounts();
    match accounts.check_signer(&assertion) {
        Err(Refusal::NoAccount) => {
            return refuse("invalid_grant", "Invalid grant: account not found");
        }
        Err(Refusal::NoKey) => return refuse("invalid_grant", "Invalid JWT Signature."),
        Ok(()) => {}
    }
    let right = &state.endpoints().token_url;
    if assertion.audience.as_ref() != Some(right) {
        let wrong = format!("Invalid JWT: Failed audience check. The right audience is {right}");
        return refuse("invalid_grant", &wrong);
    }
    if !assertion.is_in_time(state.wall()) {
        return refuse(
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
             Check your iat and exp values in the JWT claim.",
        );
    }
    if !assertion.has_any_scope() {
        return refuse(
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.",
        );
    }
    let token = accounts.make_token(&assertion.issuer, assertion.has_scope(SCOPE), state.now());
    Ok((assertion.issuer, token))
}
