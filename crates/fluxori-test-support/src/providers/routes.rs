//! Which request goes where.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};
use serde_json::json;

use super::{
    Call, Fault, amazon, control, inject, oauth, pages, seen::Seen, shopify, state::State,
    takealot, wire, xero,
};

/// Every request comes here, so that none goes unseen.
pub(super) async fn handle(state: Data<State>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let path = request.path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    if let Some(answer) = control::answer(&state, &request, &body, &parts) {
        return answer;
    }
    if let Some(page) = pages::answer(&state, &request, &body, &parts).await {
        return page;
    }
    let call = call_of(&parts);
    let fault = {
        let mut faults = state.faults();
        let key = (!faults.is_empty()).then(|| inject::key_of(&request, &body));
        key.and_then(|key| faults.draw(call, key.as_deref()))
    };
    let seen = &mut Seen::new(&state, call, &request, &body);
    if let Some(answer) = fault.and_then(|fault| inject::instead(fault, call)) {
        return answer;
    }
    if fault == Some(Fault::Held) {
        state.held().hold().await;
    }
    let answer = answer(&state, seen, call, &parts).await;
    match fault {
        Some(fault) => inject::after(fault, &state, answer).await,
        None => answer,
    }
}

async fn answer(state: &State, seen: &mut Seen<'_>, call: Call, parts: &[&str]) -> HttpResponse {
    match (call, parts) {
        (Call::TakealotSeller, _) => takealot::seller(state, seen).await,
        (Call::TakealotOffersCount, _) => takealot::offers_count(state, seen).await,
        (Call::AmazonToken, _) => oauth::amazon::token(state, seen).await,
        (Call::AmazonParticipations, [_, region, ..]) => {
            amazon::participations(state, seen, region).await
        }
        (Call::ShopifyGraphql, [_, shop, _, _, version, _]) => {
            shopify::graphql(state, seen, shop, version).await
        }
        (Call::ShopifyToken, [_, shop, ..]) => oauth::shopify::token(state, seen, shop).await,
        (Call::ShopifyUninstall, [_, shop, ..]) => {
            oauth::shopify::uninstall(state, seen, shop).await
        }
        (Call::XeroConnections, _) => xero::connections(state, seen).await,
        (Call::XeroDisconnect, [_, _, connection]) => {
            xero::disconnect(state, seen, connection).await
        }
        (Call::XeroOrganisation, _) => xero::organisation(state, seen).await,
        (Call::XeroToken, _) => oauth::xero::token(state, seen).await,
        (Call::XeroRevocation, _) => oauth::xero::revocation(state, seen).await,
        (Call::XeroKeys, _) => oauth::xero::key_set(state, seen),
        _ => {
            seen.require(false, "calls an address that no marketplace has");
            wire::json(404, &json!({"message": "Not Found"}))
        }
    }
}

fn call_of(parts: &[&str]) -> Call {
    match parts {
        ["takealot", "marketplace", "v1", "seller"] => Call::TakealotSeller,
        ["takealot", "seller", "v2", "offers", "count"] => Call::TakealotOffersCount,
        ["amazon", "lwa", "auth", "o2", "token"] => Call::AmazonToken,
        [
            "amazon",
            "na" | "eu" | "fe",
            "sellers",
            "v1",
            "marketplaceParticipations",
        ] => Call::AmazonParticipations,
        ["shopify", _, "admin", "api", _, "graphql.json"] => Call::ShopifyGraphql,
        ["shopify", _, "admin", "oauth", "access_token"] => Call::ShopifyToken,
        ["shopify", _, "admin", "api_permissions", "current.json"] => Call::ShopifyUninstall,
        ["xero", "connections"] => Call::XeroConnections,
        ["xero", "connections", _] => Call::XeroDisconnect,
        ["xero", "api.xro", "2.0", "Organisation"] => Call::XeroOrganisation,
        ["xero", "identity", "connect", "token"] => Call::XeroToken,
        ["xero", "identity", "connect", "revocation"] => Call::XeroRevocation,
        [
            "xero",
            "identity",
            ".well-known",
            "openid-configuration",
            "jwks",
        ] => Call::XeroKeys,
        ["elsewhere"] => Call::RedirectTarget,
        _ => Call::Unknown,
    }
}
