//! The token endpoint.

use std::convert::Infallible;

use actix_web::{HttpRequest, HttpResponse, http::header, rt::time::sleep, web::Bytes};
use futures_util::stream;
use serde_json::json;
use url::form_urlencoded;

use super::{
    claims, clients,
    codes::Agreed,
    faults::{Fault, Place},
    state::State,
};
use crate::providers::{canary, make_hex, read_basic, wire};

const FORM: &str = "application/x-www-form-urlencoded";

/// How many times 64 KiB a huge answer is.
const PIECES: usize = 64;

/// An error in the words of RFC 6749, section 5.2.
struct Refusal {
    status: u16,
    error: &'static str,
    description: &'static str,
}

/// `POST /token`.
pub(super) async fn answer(state: &State, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    let fault = state.lock().draw(Place::Token);
    match fault {
        Some(Fault::TokenError(status)) => {
            return wire::json(status, &json!({"error": "server_error"}));
        }
        Some(Fault::TokenPage) => return wire::page(200),
        Some(Fault::TokenHuge) => return huge(),
        Some(Fault::TokenHangUp) => return wire::hang_up(),
        Some(Fault::TokenSlow(long)) => sleep(long).await,
        _ => {}
    }
    match redeem(state, request, body) {
        Ok(agreed) => hand_out(state, &agreed, fault != Some(Fault::NoIdToken)),
        Err(refusal) => refuse(&refusal),
    }
}

fn redeem(state: &State, request: &HttpRequest, body: &Bytes) -> Result<Agreed, Refusal> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let content_type = header(header::CONTENT_TYPE).unwrap_or_default();
    if content_type.split(';').next() != Some(FORM) {
        return Err(invalid("invalid_request", "The body is no form"));
    }
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let optional = |name: &str| {
        let mut found = form.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first.map(|(_, value)| value.as_str())),
            _ => Err(invalid("invalid_request", "A parameter comes twice")),
        }
    };
    let needed =
        |name| optional(name)?.ok_or_else(|| invalid("invalid_request", "A parameter is missing"));
    let unknown_client = Refusal {
        status: 401,
        error: "invalid_client",
        description: "Client authentication failed",
    };
    if optional("client_secret")?.is_some() {
        return Err(unknown_client);
    }
    let (client_id, secret) = match header(header::AUTHORIZATION) {
        Some(text) => match read_basic(text) {
            Some((id, secret)) => (id, Some(secret)),
            None => return Err(unknown_client),
        },
        None => (needed("client_id")?.to_owned(), None),
    };
    let is_other = optional("client_id")?.is_some_and(|id| id != client_id);
    if is_other || !clients::accepts(&client_id, secret.as_deref()) {
        return Err(unknown_client);
    }
    if needed("grant_type")? != "authorization_code" {
        let text = "Only authorization_code is supported";
        return Err(invalid("unsupported_grant_type", text));
    }
    let now = state.now();
    let agreed = state.lock().codes.redeem(
        needed("code")?,
        &client_id,
        needed("redirect_uri")?,
        needed("code_verifier")?,
        now,
    );
    agreed.ok_or_else(|| invalid("invalid_grant", "Code not valid"))
}

fn hand_out(state: &State, agreed: &Agreed, with_id_token: bool) -> HttpResponse {
    let now = state.now();
    let mut inner = state.lock();
    let fault = inner.draw(Place::IdToken);
    let claims = claims::of(agreed, state.issuer(), now, fault);
    let mut answer = json!({
        "access_token": format!("{}-access-{}", canary::WORD, make_hex::<16>()),
        "token_type": "Bearer", "expires_in": 3600, "scope": agreed.scope,
    });
    if with_id_token {
        answer["id_token"] = json!(inner.keys.sign(&claims, fault));
    }
    not_stored(wire::json(200, &answer))
}

const fn invalid(error: &'static str, description: &'static str) -> Refusal {
    Refusal {
        status: 400,
        error,
        description,
    }
}

fn refuse(refusal: &Refusal) -> HttpResponse {
    let body = json!({"error": refusal.error, "error_description": refusal.description});
    let mut answer = not_stored(wire::json(refusal.status, &body));
    if refusal.status == 401 {
        let basic = header::HeaderValue::from_static("Basic realm=\"simulated\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
    }
    answer
}

fn not_stored(mut answer: HttpResponse) -> HttpResponse {
    let no_store = header::HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}

fn huge() -> HttpResponse {
    let piece = || Ok::<_, Infallible>(Bytes::from(vec![b' '; 64 * 1024]));
    let pieces: Vec<_> = std::iter::repeat_with(piece).take(PIECES).collect();
    HttpResponse::Ok()
        .content_type("application/json")
        .streaming(stream::iter(pieces))
}
