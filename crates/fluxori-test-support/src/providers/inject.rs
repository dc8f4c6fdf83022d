//! Carries out an injected fault around a call.

use actix_web::{HttpRequest, HttpResponse, rt::time, web::Bytes};
use serde_json::Value;
use url::form_urlencoded;

use super::{
    Call, Fault, Reply,
    oauth::{amazon, shopify, xero},
    state::State,
    wire::{self, Spent},
};

/// Where a call shows a token or a code.
const HEADERS: [&str; 3] = [
    "x-amz-access-token",
    "x-shopify-access-token",
    "authorization",
];
const FIELDS: [&str; 4] = ["refresh_token", "code", "subject_token", "token"];

/// The answer of a fault after which the marketplace does nothing.
pub(super) fn instead(fault: Fault, call: Call) -> Option<HttpResponse> {
    Some(match fault {
        Fault::Reset => wire::hang_up(),
        Fault::Page(status) => wire::page(status),
        Fault::Throttled => match call {
            Call::AmazonToken => wire::reply(&Reply::other(429, "text/plain", "Slow down")),
            _ => wire::reply(&Reply::json(429, "{}").with("retry-after", "2")),
        },
        Fault::InvalidClient => match call {
            Call::AmazonToken => amazon::error(401, "invalid_client"),
            Call::ShopifyToken => shopify::error(400, "invalid_client", "Simulated"),
            Call::XeroToken | Call::XeroRevocation => xero::error(400, "invalid_client"),
            _ => return None,
        },
        Fault::AnswerLost
        | Fault::Slow(_)
        | Fault::Held
        | Fault::HalfBody
        | Fault::PageAfter(_) => return None,
    })
}

/// What becomes of an answer on its way.
pub(super) async fn after(fault: Fault, state: &State, answer: HttpResponse) -> HttpResponse {
    let spent = answer.extensions().get::<Spent>().copied();
    let lose = || {
        if let Some(Spent(grant)) = spent {
            state.grants().count_lost(grant);
        }
    };
    match fault {
        Fault::AnswerLost => {
            lose();
            wire::hang_up()
        }
        Fault::HalfBody => {
            lose();
            wire::half_of(answer).await
        }
        Fault::PageAfter(status) => {
            lose();
            wire::page(status)
        }
        Fault::Slow(duration) => {
            time::sleep(duration).await;
            answer
        }
        Fault::Held | Fault::Reset | Fault::Page(_) | Fault::Throttled | Fault::InvalidClient => {
            answer
        }
    }
}

/// The token or code that a request shows.
pub(super) fn key_of(request: &HttpRequest, body: &Bytes) -> Option<String> {
    let headers = request.headers();
    let shown = HEADERS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .filter(|value| !value.starts_with("Basic "));
    if let Some(shown) = shown {
        return Some(shown.trim_start_matches("Bearer ").to_owned());
    }
    if let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(body) {
        let member = |name: &&str| Some(members.get(*name)?.as_str()?.to_owned());
        return FIELDS.iter().find_map(member);
    }
    let mut pairs = form_urlencoded::parse(body).into_owned();
    pairs
        .find(|(name, _)| FIELDS.contains(&name.as_str()))
        .map(|(_, value)| value)
}
