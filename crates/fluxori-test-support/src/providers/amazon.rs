//! Amazon: Login with Amazon sells access tokens, the Selling Partner API takes them.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Behaviour, Call, Reply, keys, seen::Seen, state::State, wire};

/// `POST /auth/o2/token`, the refresh grant.
pub(super) async fn token(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    let form = form_of(seen);
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if seen.is_malformed() {
        return oauth_error(400, "invalid_request");
    }
    let is_ours = field("client_id") == keys::AMAZON_CLIENT_ID
        && [
            keys::AMAZON_CLIENT_SECRET,
            keys::AMAZON_CLIENT_SECRET_PREVIOUS,
        ]
        .contains(&field("client_secret"));
    if !is_ours {
        return oauth_error(401, "invalid_client");
    }
    let grant = field("refresh_token");
    let behaviour = state
        .behaviour(grant, Call::AmazonToken)
        .unwrap_or(Behaviour::Refused);
    let good = || {
        json!({
            "access_token": state.make_access_token(grant), "token_type": "bearer",
            "expires_in": 3600, "refresh_token": grant,
        })
    };
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => oauth_error(400, "invalid_grant"),
        Behaviour::ThrottledSilently => {
            wire::reply(&Reply::other(429, "text/plain", "Too many requests"))
        }
        Behaviour::Error(status) => oauth_error(status, "server_error"),
        Behaviour::GoodAndTerse => wire::json(
            200,
            &json!({"access_token": state.make_access_token(grant)}),
        ),
        // The usage plan is the Selling Partner API's, and so are roles.
        _ => wire::json(200, &good()),
    }
}

/// `GET /sellers/v1/marketplaceParticipations` in one region.
pub(super) async fn participations(
    state: &State,
    seen: &mut Seen<'_>,
    region: &str,
) -> HttpResponse {
    seen.require_method("GET");
    seen.refuse_header("authorization");
    let date = seen.header("x-amz-date").unwrap_or_default();
    seen.require(
        is_amz_date(date),
        "has no x-amz-date of the form 20261123T120000Z",
    );
    let agent = seen.header("user-agent").unwrap_or_default();
    seen.require(
        agent.contains("(Language="),
        "does not name its language in user-agent",
    );
    let Some(token) = seen.header("x-amz-access-token") else {
        seen.require(false, "has no x-amz-access-token");
        return denied("Access token is missing in the request header.");
    };
    if seen.is_malformed() {
        return error(400, "InvalidInput", "");
    }
    let Some(grant) = state.grant_of(token) else {
        return denied("The access token you provided is revoked, malformed or invalid.");
    };
    let behaviour = state
        .behaviour(&grant, Call::AmazonParticipations)
        .unwrap_or(Behaviour::Refused);
    let good = || json!({ "payload": sites(region) });
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => {
            denied("The access token you provided is revoked, malformed or invalid.")
        }
        Behaviour::WrongScope => denied(""),
        Behaviour::Throttled => wire::reply(
            &Reply::json(429, errors("QuotaExceeded", "").to_string())
                .with("x-amzn-RateLimit-Limit", "0.016"),
        ),
        Behaviour::ThrottledSilently => error(429, "QuotaExceeded", ""),
        Behaviour::Error(status) => error(status, "InternalFailure", ""),
        Behaviour::GoodAndTerse => wire::json(
            200,
            &json!({"payload": [{"marketplace": {"id": "AE08WJ6YKNBMC"}}]}),
        ),
        _ => wire::reply(
            &Reply::json(200, good().to_string())
                .with("x-amzn-RateLimit-Limit", "0.016")
                .with("x-amzn-RequestId", "00000000-0000-4000-8000-000000000001"),
        ),
    }
}

fn form_of(seen: &mut Seen<'_>) -> BTreeMap<String, String> {
    const FIELDS: [&str; 4] = ["grant_type", "refresh_token", "client_id", "client_secret"];
    seen.require_method("POST");
    seen.refuse_header("authorization");
    let content_type = seen.header("content-type").unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase().replace(' ', "");
    seen.require(
        [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
        ]
        .contains(&content_type.as_str()),
        "is not declared as a form",
    );
    let mut form = BTreeMap::new();
    let pairs: Vec<_> = form_urlencoded::parse(seen.body()).into_owned().collect();
    for (name, value) in pairs {
        seen.require(FIELDS.contains(&name.as_str()), "has an unknown form field");
        let is_new = form.insert(name, value).is_none();
        seen.require(is_new, "has a form field twice");
    }
    for name in FIELDS {
        let filled = form.get(name).is_some_and(|value| !value.is_empty());
        seen.require(filled, &format!("lacks the form field {name}"));
    }
    let is_refresh = form
        .get("grant_type")
        .is_some_and(|grant| grant == "refresh_token");
    seen.require(is_refresh, "asks for another grant type");
    form
}

fn sites(region: &str) -> Value {
    let site = |id, country, name: &str, domain| {
        json!({
            "marketplace": {
                "id": id, "name": name, "countryCode": country, "defaultCurrencyCode": "USD",
                "defaultLanguageCode": "en_US", "domainName": domain,
            },
            "storeName": "Simulated Store",
            "participation": {"isParticipating": true, "hasSuspendedListings": false},
        })
    };
    match region {
        "na" => json!([site("ATVPDKIKX0DER", "US", "Amazon.com", "www.amazon.com")]),
        "fe" => json!([site(
            "A39IBJ37TRP1C6",
            "AU",
            "Amazon.com.au",
            "www.amazon.com.au"
        )]),
        _ => json!([
            site("AE08WJ6YKNBMC", "ZA", "Amazon.co.za", "www.amazon.co.za"),
            site("A2VIGQ35RCS4UG", "AE", "Amazon.ae", "www.amazon.ae"),
        ]),
    }
}

fn is_amz_date(text: &str) -> bool {
    let pattern = "00000000T000000Z";
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| {
            if expected == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == expected
            }
        })
}

fn denied(details: &str) -> HttpResponse {
    error(403, "Unauthorized", details)
}

fn error(status: u16, code: &str, details: &str) -> HttpResponse {
    wire::json(status, &errors(code, details))
}

fn errors(code: &str, details: &str) -> Value {
    json!({"errors": [{
        "code": code, "message": "Access to requested resource is denied.", "details": details,
    }]})
}

fn oauth_error(status: u16, name: &str) -> HttpResponse {
    wire::json(
        status,
        &json!({"error": name, "error_description": "Simulated", "request_id": "simulated"}),
    )
}
