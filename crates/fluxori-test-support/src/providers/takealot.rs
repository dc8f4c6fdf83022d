//! Takealot: two interfaces, one kind of key.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{Behaviour, Call, seen::Seen, state::State, wire};

/// `GET /v1/seller`.
pub(super) async fn seller(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    seen.refuse_header("authorization");
    let key = seen.header("x-api-key");
    seen.require(key.is_some(), "has no x-api-key");
    if seen.is_malformed() {
        return refused();
    }
    let behaviour = behaviour(state, key, Call::TakealotSeller);
    let good = || {
        json!({
            "seller_id": 29_831_337, "uuid": "0c7a9a8e-0000-4000-8000-000000000001",
            "display_name": "Simulated Trading", "legal_name": "Canary Legal Name (Pty) Ltd",
            "countries": ["ZA"], "account_verified": true, "is_vat_registered": true,
        })
    };
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused | Behaviour::WrongScope => refused(),
        Behaviour::Throttled => throttled(),
        Behaviour::ThrottledSilently => wire::json(429, &json!({"title": "Too Many Requests"})),
        Behaviour::Error(status) => wire::json(status, &json!({"title": "Error"})),
        Behaviour::GoodAndTerse => wire::json(200, &json!({"seller_id": 29_831_337})),
        _ => wire::json(200, &good()),
    }
}

/// `GET /v2/offers/count`.
pub(super) async fn offers_count(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    seen.refuse_header("x-api-key");
    let key = seen
        .header("authorization")
        .and_then(|value| value.strip_prefix("Key "));
    seen.require(key.is_some(), "has no authorization of the kind Key");
    if seen.is_malformed() {
        return wire::json(403, &json!({"message": "Forbidden"}));
    }
    let behaviour = behaviour(state, key, Call::TakealotOffersCount);
    let good = || json!({"count": 42});
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused | Behaviour::WrongScope => {
            wire::json(403, &json!({"message": "Invalid API key"}))
        }
        Behaviour::Throttled => throttled(),
        Behaviour::ThrottledSilently => wire::json(429, &json!({"message": "Slow down"})),
        Behaviour::Error(status) => wire::json(status, &json!({"message": "Error"})),
        _ => with_rate_headers(wire::json(200, &good())),
    }
}

fn behaviour(state: &State, key: Option<&str>, call: Call) -> Behaviour {
    key.and_then(|key| state.behaviour(key, call))
        .unwrap_or(Behaviour::Refused)
}

fn refused() -> HttpResponse {
    let body: Value = json!({"errors": [{"code": "forbidden", "message": "ForbiddenError"}]});
    wire::json(403, &body)
}

fn throttled() -> HttpResponse {
    let mut response = wire::json(429, &json!({"message": "Slow down"}));
    insert(&mut response, "retry-after", "17");
    response
}

fn with_rate_headers(mut response: HttpResponse) -> HttpResponse {
    insert(&mut response, "x-ratelimit-limit", "100");
    insert(&mut response, "x-ratelimit-remaining", "99");
    insert(&mut response, "x-ratelimit-reset", "30");
    response
}

fn insert(response: &mut HttpResponse, name: &'static str, value: &'static str) {
    use actix_web::http::header::{HeaderName, HeaderValue};
    response.headers_mut().insert(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    );
}
