//! Xero: which organisations a token reaches.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{Behaviour, Call, Reply, keys, seen::Seen, state::State, wire};

/// `GET /connections`.
pub(super) async fn connections(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    // The call is about the user's grant; the real one answers 403 at times when a tenant is named.
    seen.refuse_header("xero-tenant-id");
    let token = seen
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    seen.require(token.is_some(), "has no authorization of the kind Bearer");
    if seen.is_malformed() {
        return refusal(403, "AuthenticationUnsuccessful");
    }
    let behaviour = token
        .and_then(|token| state.behaviour(token, Call::XeroConnections))
        .unwrap_or(Behaviour::Refused);
    let good = || json!([tenant(keys::XERO_TENANT, "Simulated Books")]);
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => wire::reply(
            &Reply::json(
                401,
                document(401, "TokenExpired: token expired").to_string(),
            )
            .with("www-authenticate", "Bearer error=\"invalid_token\""),
        ),
        Behaviour::WrongScope => refusal(401, "AuthorizationUnsuccessful"),
        Behaviour::Suspended => refusal(403, "AuthenticationUnsuccessful"),
        Behaviour::Throttled => wire::reply(
            &Reply::json(429, "{}")
                .with("x-rate-limit-problem", "minute")
                .with("retry-after", "23"),
        ),
        Behaviour::ThrottledSilently => wire::reply(&Reply::other(429, "", "")),
        Behaviour::Error(status) => refusal(status, "An error occurred"),
        Behaviour::NoAccounts => wire::json(200, &json!([])),
        Behaviour::SeveralAccounts => wire::json(
            200,
            &json!([
                tenant(keys::XERO_TENANT, "Simulated Books"),
                tenant(keys::XERO_OTHER_TENANT, "Simulated Branch"),
            ]),
        ),
        Behaviour::GoodAndTerse => wire::json(200, &json!([{"tenantId": keys::XERO_TENANT}])),
        _ => wire::reply(
            &Reply::json(200, good().to_string())
                .with("x-daylimit-remaining", "4990")
                .with("x-minlimit-remaining", "59")
                .with(
                    "xero-correlation-id",
                    "00000000-0000-4000-8000-000000000003",
                ),
        ),
    }
}

/// `GET /api.xro/2.0/Organisation`: what an adapter asks first.
pub(super) async fn organisation(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    let tenant = seen.header("xero-tenant-id");
    let known = [keys::XERO_TENANT, keys::XERO_OTHER_TENANT];
    seen.require(
        tenant.is_some_and(|tenant| known.contains(&tenant)),
        "names no tenant that the user granted",
    );
    let token = seen
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    seen.require(token.is_some(), "has no authorization of the kind Bearer");
    if seen.is_malformed() {
        return refusal(403, "AuthenticationUnsuccessful");
    }
    let behaviour = token
        .and_then(|token| state.behaviour(token, Call::XeroOrganisation))
        .unwrap_or(Behaviour::Refused);
    // The real answer may hold a transaction key under `APIKey`, which nobody may keep.
    let good = || {
        json!({ "Organisations": [{
            "OrganisationID": tenant, "Name": "Simulated Books", "BaseCurrency": "ZAR",
            "CountryCode": "ZA", "IsDemoCompany": false, "APIKey": "canary-xero-transaction-key",
        }] })
    };
    if let Some(fault) = wire::fault(&behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => refusal(401, "TokenExpired: token expired"),
        _ => wire::json(200, &good()),
    }
}

/// Dates without a zone and with seven fraction digits, as Xero writes them.
fn tenant(id: &str, name: &str) -> Value {
    json!({
        "id": "7cb59f93-2964-421d-bb5e-a0f7a4572a44", "authEventId": "fe79f7dd-b6d4-4a92-ba7b-538af6289c58",
        "tenantId": id, "tenantType": "ORGANISATION", "tenantName": name,
        "createdDateUtc": "2026-01-07T18:46:19.5165400", "updatedDateUtc": "2026-01-07T18:46:19.5187840",
    })
}

fn refusal(status: u16, detail: &str) -> HttpResponse {
    wire::json(status, &document(status, detail))
}

fn document(status: u16, detail: &str) -> Value {
    json!({
        "type": null, "title": "Unauthorized", "status": status, "detail": detail,
        "instance": "00000000-0000-4000-8000-000000000004", "extensions": {},
    })
}
