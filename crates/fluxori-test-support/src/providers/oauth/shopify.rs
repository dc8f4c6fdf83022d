//! A shop's tokens.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{
    super::{Behaviour, Call, Reply, seen::Seen, shopify::is_shop, state::State, wire},
    Provider,
    access::Access,
    asked::answer_to_refresh,
    codes::Redemption,
    fields::Fields,
    rotation::{Dead, Spending},
    store::Tokens,
};

const PROVIDER: Provider = Provider::Shopify;
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// `POST /admin/oauth/access_token`.
pub(in super::super) async fn token(
    state: &State,
    seen: &mut Seen<'_>,
    shop: &str,
) -> HttpResponse {
    seen.require(is_shop(shop), "calls what is no shop");
    seen.refuse_header("authorization");
    let fields = Fields::of_form_or_json(seen);
    let client = ["client_id", "client_secret"];
    let (own, allowed): (&[&str], &[&str]) = match fields.value("grant_type") {
        "" => (&["code"], &["expiring"]),
        "refresh_token" => (&["grant_type", "refresh_token"], &[]),
        EXCHANGE => (
            &[
                "grant_type",
                "subject_token",
                "subject_token_type",
                "requested_token_type",
            ],
            &["expiring"],
        ),
        _ => {
            seen.require(false, "asks for another grant type");
            return error(400, "unsupported_grant_type", "Simulated");
        }
    };
    fields.require(seen, &[&client[..], own].concat(), allowed);
    let expiring = fields.value("expiring");
    seen.require(
        ["", "0", "1"].contains(&expiring),
        "has a member expiring that is neither 1 nor 0",
    );
    if seen.is_malformed() {
        return error(400, "invalid_request", "Simulated");
    }
    let client_id = fields.value("client_id");
    let secret = Some(fields.value("client_secret"));
    if !state.clients().accepts(PROVIDER, client_id, secret) {
        return error(400, "invalid_client", "Simulated");
    }
    match fields.value("grant_type") {
        "" => redeem(state, &fields, shop),
        EXCHANGE => migrate(state, seen, &fields, shop),
        _ => refresh(state, &fields, shop).await,
    }
}

fn redeem(state: &State, fields: &Fields, shop: &str) -> HttpResponse {
    let with = Redemption {
        provider: PROVIDER,
        client_id: fields.value("client_id"),
        code: fields.value("code"),
        redirect_uri: None,
        verifier: None,
        shop: Some(shop),
        is_expiring: fields.value("expiring") == "1",
    };
    match state.redeem(with) {
        Some(tokens) => wire::json(200, &answer(&tokens)),
        None => error(
            400,
            "invalid_request",
            "The authorization code was not found or was already used",
        ),
    }
}

async fn refresh(state: &State, fields: &Fields, shop: &str) -> HttpResponse {
    let token = fields.value("refresh_token");
    if let Some(behaviour) = state.scripted(token, Call::ShopifyToken) {
        return scripted(state, &behaviour).await;
    }
    let spending = Spending {
        provider: PROVIDER,
        client_id: fields.value("client_id"),
        token,
        shop: Some(shop),
    };
    match state.spend(spending) {
        Ok(tokens) => {
            let whole = answer(&tokens);
            answer_to_refresh(state, spending, Call::ShopifyToken, &tokens, whole)
        }
        Err(Dead::Superseded) => error(
            401,
            "invalid_request",
            "This request requires an active refresh_token",
        ),
        Err(Dead::Unknown | Dead::Revoked | Dead::Expired) => {
            error(400, "invalid_grant", "The refresh token is not active")
        }
    }
}

/// Turns a token that never expires into a pair that does.
fn migrate(state: &State, seen: &mut Seen<'_>, fields: &Fields, shop: &str) -> HttpResponse {
    let is_migration = fields.value("subject_token_type") == OFFLINE
        && fields.value("requested_token_type") == OFFLINE
        && fields.value("expiring") == "1";
    seen.require(is_migration, "exchanges anything but an offline token");
    if seen.is_malformed() {
        return error(400, "invalid_request", "Simulated");
    }
    let subject = fields.value("subject_token");
    let is_scripted = state.behaviour(subject, Call::ShopifyToken) == Some(Behaviour::Good);
    let client_id = fields.value("client_id");
    let tokens = state
        .grants()
        .migrate(client_id, subject, shop, is_scripted, state.now());
    if is_scripted {
        state.script(subject, None, Behaviour::Refused);
    }
    match tokens {
        Some(tokens) => wire::json(200, &answer(&tokens)),
        None => error(400, "invalid_subject_token", "Invalid subject token"),
    }
}

async fn scripted(state: &State, behaviour: &Behaviour) -> HttpResponse {
    let good = || json!({"access_token": "shpat_fa15ecafe", "scope": ""});
    if let Some(fault) = wire::fault(behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Suspended => wire::json(402, &json!({"errors": "Unavailable Shop"})),
        Behaviour::Throttled => wire::reply(
            &Reply::json(429, r#"{"errors":"Too many requests"}"#).with("retry-after", "2"),
        ),
        Behaviour::ThrottledSilently => wire::json(429, &json!({"errors": "Too many requests"})),
        Behaviour::Error(status) => wire::json(*status, &json!({"errors": "Simulated"})),
        _ => error(400, "invalid_grant", "The refresh token is not active"),
    }
}

/// `DELETE /admin/api_permissions/current.json`: uninstalls the application.
pub(in super::super) async fn uninstall(
    state: &State,
    seen: &mut Seen<'_>,
    shop: &str,
) -> HttpResponse {
    seen.require(is_shop(shop), "calls what is no shop");
    seen.require_method("DELETE");
    let token = seen.header("x-shopify-access-token");
    seen.require(token.is_some(), "has no x-shopify-access-token");
    let token = token.unwrap_or_default();
    if seen.is_malformed() {
        return wire::json(400, &json!({"errors": "Bad Request"}));
    }
    if let Some(behaviour) = state.behaviour(token, Call::ShopifyUninstall) {
        if let Some(fault) = wire::fault(&behaviour, state.origin(), || json!({})).await {
            return fault;
        }
        if behaviour == Behaviour::Good {
            state.script(token, None, Behaviour::Refused);
            return wire::json(200, &json!({}));
        }
        return refused();
    }
    match state.use_access(token) {
        Access::Live(holder) if holder.provider == PROVIDER && holder.account == shop => {
            state.grants().uninstall(shop);
            wire::json(200, &json!({}))
        }
        _ => refused(),
    }
}

fn refused() -> HttpResponse {
    wire::json(
        401,
        &json!({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}),
    )
}

fn answer(tokens: &Tokens) -> Value {
    match &tokens.refresh {
        Some(refresh) => json!({
            "access_token": tokens.access, "scope": tokens.scope, "expires_in": 3600,
            "refresh_token": refresh, "refresh_token_expires_in": 7_776_000,
        }),
        None => json!({"access_token": tokens.access, "scope": tokens.scope}),
    }
}

/// An error in the words of a shop.
pub(in super::super) fn error(status: u16, name: &str, description: &str) -> HttpResponse {
    wire::json(
        status,
        &json!({"error": name, "error_description": description}),
    )
}
