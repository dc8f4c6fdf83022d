//! Xero: which organisations a token reaches.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{
    Behaviour, Call, Provider, Reply, keys,
    oauth::{Holder, Organisation},
    seen::Seen,
    state::State,
    wire,
};

/// `GET /connections`.
pub(super) async fn connections(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    // The call is about the user's grant; the real one answers 403 at times when a tenant is named.
    seen.refuse_header("xero-tenant-id");
    let event = auth_event_of(seen);
    let token = bearer_of(seen);
    if seen.is_malformed() {
        return refusal(403, "AuthenticationUnsuccessful");
    }
    let told = state.answer_to(token, Call::XeroConnections, Provider::Xero);
    let behaviour = told.behaviour;
    let good = || match &told.holder {
        Some(holder) => reached(state, holder, event.as_deref()),
        None => json!([tenant(keys::XERO_TENANT, "Simulated Books")]),
    };
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
    seen.require(tenant.is_some(), "has no xero-tenant-id");
    let token = bearer_of(seen);
    if seen.is_malformed() {
        return refusal(403, "AuthenticationUnsuccessful");
    }
    let told = state.answer_to(token, Call::XeroOrganisation, Provider::Xero);
    let behaviour = told.behaviour;
    let tenant = tenant.unwrap_or_default();
    let name = match &told.holder {
        Some(holder) => name_of(state, holder, tenant),
        None => keys::XERO_ORGANISATIONS
            .into_iter()
            .find(|(id, _)| *id == tenant)
            .map(|(_, name)| name.to_owned()),
    };
    // A tenant that the user did not grant, or granted no longer.
    let Some(name) = name else {
        return refusal(403, "AuthenticationUnsuccessful");
    };
    // The real answer may hold a transaction key under `APIKey`, which nobody may keep.
    let good = || {
        json!({ "Organisations": [{
            "OrganisationID": tenant, "Name": name, "BaseCurrency": "ZAR",
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

/// `DELETE /connections/{id}`.
pub(super) async fn disconnect(
    state: &State,
    seen: &mut Seen<'_>,
    connection: &str,
) -> HttpResponse {
    seen.require_method("DELETE");
    seen.refuse_header("xero-tenant-id");
    let token = bearer_of(seen);
    if seen.is_malformed() {
        return refusal(403, "AuthenticationUnsuccessful");
    }
    let told = state.answer_to(token, Call::XeroDisconnect, Provider::Xero);
    if let Some(fault) = wire::fault(&told.behaviour, state.origin(), || json!({})).await {
        return fault;
    }
    match (told.behaviour, told.holder) {
        (Behaviour::Refused, _) => refusal(401, "TokenExpired: token expired"),
        (Behaviour::WrongScope, _) => refusal(401, "AuthorizationUnsuccessful"),
        (Behaviour::Suspended, _) => refusal(403, "AuthenticationUnsuccessful"),
        (Behaviour::Throttled | Behaviour::ThrottledSilently, _) => {
            wire::reply(&Reply::json(429, "{}").with("retry-after", "23"))
        }
        (Behaviour::Error(status), _) => refusal(status, "An error occurred"),
        (_, Some(holder)) if !state.grants().disconnect(&holder.account, connection) => {
            refusal(404, "NotFound")
        }
        _ => wire::reply(&Reply::other(204, "", "")),
    }
}

/// The token, and a violation when there is none.
fn bearer_of<'a>(seen: &mut Seen<'a>) -> &'a str {
    let header = seen.header("authorization");
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    seen.require(token.is_some(), "has no authorization of the kind Bearer");
    token.unwrap_or_default()
}

/// The only parameter that may be there.
fn auth_event_of(seen: &mut Seen<'_>) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(seen.query().as_bytes()).into_owned();
    let (name, value) = pairs.next()?;
    let is_alone = pairs.next().is_none();
    seen.require(is_alone && name == "authEventId", "has another query");
    Some(value)
}

fn reached(state: &State, holder: &Holder, event: Option<&str>) -> Value {
    let organisations = state.grants().organisations(&holder.account, event);
    organisations.iter().map(connection).collect()
}

fn name_of(state: &State, holder: &Holder, tenant: &str) -> Option<String> {
    let organisations = state.grants().organisations(&holder.account, None);
    let mut of_tenant = organisations.into_iter().filter(|one| one.tenant == tenant);
    of_tenant.next().map(|one| one.name)
}

/// Dates without a zone and with seven fraction digits, as Xero writes them.
fn connection(organisation: &Organisation) -> Value {
    let at = organisation.connected_at.format("%Y-%m-%dT%H:%M:%S%.6f0");
    let at = at.to_string();
    json!({
        "id": organisation.id, "authEventId": organisation.auth_event,
        "tenantId": organisation.tenant, "tenantType": "ORGANISATION", "tenantName": organisation.name,
        "createdDateUtc": at, "updatedDateUtc": at,
    })
}

/// A connection of the access tokens that are written down.
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
