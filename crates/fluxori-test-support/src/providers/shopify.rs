//! Shopify: one address a shop, GraphQL.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{Behaviour, Call, Provider, Reply, oauth::Holder, seen::Seen, state::State, wire};

/// Everything that the test query may ask for, in any version.
const FIELDS: [&str; 11] = [
    "shop",
    "id",
    "name",
    "myshopifyDomain",
    "primaryDomain",
    "host",
    "currencyCode",
    "ianaTimezone",
    "currentAppInstallation",
    "accessScopes",
    "handle",
];

/// `POST /admin/api/{version}/graphql.json` of a shop.
pub(super) async fn graphql(
    state: &State,
    seen: &mut Seen<'_>,
    shop: &str,
    version: &str,
) -> HttpResponse {
    seen.require(is_shop(shop), "calls what is no shop");
    seen.require(is_version(version), "names no version");
    seen.require_method("POST");
    seen.refuse_header("authorization");
    let content_type = seen.header("content-type").unwrap_or_default();
    seen.require(
        content_type == "application/json",
        "is not declared as JSON",
    );
    let token = seen.header("x-shopify-access-token");
    seen.require(token.is_some(), "has no x-shopify-access-token");
    check_query(seen);
    if seen.is_malformed() {
        return wire::json(400, &json!({"errors": "Bad Request"}));
    }
    let told = state.answer_to(
        token.unwrap_or_default(),
        Call::ShopifyGraphql,
        Provider::Shopify,
    );
    let is_of_shop = |holder: &Holder| holder.account == shop;
    let behaviour = if told.holder.as_ref().is_none_or(is_of_shop) {
        told.behaviour
    } else {
        Behaviour::Refused
    };
    let scope = told.holder.as_ref().map(|holder| holder.scope.as_str());
    let good = || answer(shop, scope.unwrap_or("write_orders,read_products"));
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => wire::json(
            401,
            &json!({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}),
        ),
        Behaviour::WrongScope => wire::json(
            200,
            &json!({"data": null, "errors": [{
                "message": "Access denied", "extensions": {"code": "ACCESS_DENIED"},
            }]}),
        ),
        Behaviour::Suspended => wire::json(402, &json!({"errors": "Unavailable Shop"})),
        Behaviour::Throttled => wire::json(200, &throttled()),
        Behaviour::ThrottledSilently => {
            wire::json(429, &json!({"errors": "Exceeded 2 calls per second"}))
        }
        Behaviour::Error(status) => wire::json(status, &json!({"errors": "Internal Server Error"})),
        Behaviour::OtherAccount => wire::json(200, &answer("another-shop.myshopify.com", "")),
        Behaviour::GoodAndTerse => {
            wire::json(200, &json!({"data": {"shop": {"myshopifyDomain": shop}}}))
        }
        _ => wire::reply(
            &Reply::json(200, good().to_string())
                .with("x-shopify-api-version", version)
                .with("x-request-id", "00000000-0000-4000-8000-000000000002"),
        ),
    }
}

fn check_query(seen: &mut Seen<'_>) {
    let body: Option<Value> = serde_json::from_slice(seen.body()).ok();
    let members = body.as_ref().and_then(Value::as_object);
    let query = members
        .and_then(|members| members.get("query"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    seen.require(
        members.is_some_and(|members| members.len() == 1 && members.contains_key("query")),
        "is not a JSON object with a query and nothing else",
    );
    let (mut depth, mut balanced) = (0_i32, !query.is_empty());
    for character in query.chars() {
        depth += i32::from(character == '{') - i32::from(character == '}');
        balanced &= depth >= 0;
    }
    seen.require(balanced && depth == 0, "has a query that does not parse");
    let only_known = query
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| FIELDS.contains(&word));
    seen.require(only_known, "asks for a field that does not exist");
}

fn answer(shop: &str, scope: &str) -> Value {
    let handles = scope.split(',').filter(|handle| !handle.is_empty());
    let scopes: Vec<_> = handles.map(|handle| json!({"handle": handle})).collect();
    json!({
        "data": {
            "shop": {
                "id": "gid://shopify/Shop/900000001", "name": "Simulated Shop", "myshopifyDomain": shop,
                "currencyCode": "ZAR", "ianaTimezone": "Africa/Johannesburg",
            },
            "currentAppInstallation": {
                "id": "gid://shopify/AppInstallation/900000002",
                "accessScopes": scopes,
            },
        },
        "extensions": cost(1990),
    })
}

fn throttled() -> Value {
    json!({
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": cost(0),
    })
}

fn cost(available: u32) -> Value {
    json!({"cost": {
        "requestedQueryCost": 10, "actualQueryCost": null,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 5.0},
    }})
}

pub(super) fn is_shop(shop: &str) -> bool {
    shop.strip_suffix(".myshopify.com").is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

fn is_version(version: &str) -> bool {
    version.len() == 7
        && version[..4].bytes().all(|byte| byte.is_ascii_digit())
        && ["-01", "-04", "-07", "-10"].contains(&&version[4..])
}
