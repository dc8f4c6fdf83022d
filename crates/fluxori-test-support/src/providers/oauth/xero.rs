//! Xero's identity service: tokens, their revocation, its keys.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    super::{Behaviour, Call, Reply, keys, seen::Seen, state::State, wire},
    Provider,
    asked::answer_to_refresh,
    clients::read_basic,
    codes::Redemption,
    fields::Fields,
    rotation::Spending,
    signing,
    store::Tokens,
};

const PROVIDER: Provider = Provider::Xero;

/// `POST /connect/token`.
pub(in super::super) async fn token(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    let fields = Fields::of_form(seen);
    let is_code = fields.value("grant_type") == "authorization_code";
    seen.require(
        is_code || fields.value("grant_type") == "refresh_token",
        "asks for another grant type",
    );
    let own: &[&str] = if is_code {
        &["grant_type", "code", "redirect_uri"]
    } else {
        &["grant_type", "refresh_token"]
    };
    let client = ["client_id", "client_secret", "code_verifier"];
    fields.require(seen, own, &client[..if is_code { 3 } else { 2 }]);
    let client_id = match authenticate(state, seen, &fields) {
        Ok(client_id) => client_id,
        Err(Refusal(name)) => return error(400, name),
    };
    if is_code {
        let with = Redemption {
            provider: PROVIDER,
            client_id: &client_id,
            code: fields.value("code"),
            redirect_uri: Some(fields.value("redirect_uri")),
            verifier: fields.optional("code_verifier"),
            shop: None,
            is_expiring: true,
        };
        return match state.redeem(with) {
            Some(tokens) => wire::json(200, &answer(state, &tokens)),
            None => error(400, "invalid_grant"),
        };
    }
    let refresh = fields.value("refresh_token");
    if let Some(behaviour) = state.scripted(refresh, Call::XeroToken) {
        return scripted(state, &behaviour).await;
    }
    let spending = Spending {
        provider: PROVIDER,
        client_id: &client_id,
        token: refresh,
        shop: None,
    };
    match state.spend(spending) {
        Ok(tokens) => {
            let whole = answer(state, &tokens);
            answer_to_refresh(state, spending, Call::XeroToken, &tokens, whole)
        }
        Err(_) => error(400, "invalid_grant"),
    }
}

/// `POST /connect/revocation`: ends all grants of the user, and all of the user's connections. An unknown token is
/// no error.
pub(in super::super) async fn revocation(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    let fields = Fields::of_form(seen);
    let client = ["client_id", "client_secret", "token_type_hint"];
    fields.require(seen, &["token"], &client);
    if let Err(Refusal(name)) = authenticate(state, seen, &fields) {
        return error(400, name);
    }
    let token = fields.value("token");
    if let Some(behaviour) = state.scripted(token, Call::XeroRevocation) {
        if let Some(fault) = wire::fault(&behaviour, state.origin(), || json!({})).await {
            return fault;
        }
        return match behaviour {
            Behaviour::Error(status) => error(status, "server_error"),
            _ => error(400, "invalid_grant"),
        };
    }
    if token.starts_with("eyJ") {
        seen.require(false, "revokes an access token");
        return error(500, "server_error");
    }
    state.grants().revoke_user_of(token);
    wire::reply(&Reply::other(200, "", ""))
}

/// `GET /.well-known/openid-configuration/jwks`.
pub(in super::super) fn key_set(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.require_method("GET");
    wire::json(200, &signing::key_set(*state.signing()))
}

/// Why an application is not served, in Xero's word.
struct Refusal(&'static str);

/// The application that calls, by header or by body.
fn authenticate(state: &State, seen: &mut Seen<'_>, fields: &Fields) -> Result<String, Refusal> {
    let header = seen.header("authorization");
    let basic = header.and_then(read_basic);
    seen.require(
        header.is_some() == basic.is_some(),
        "has an authorization of another kind than Basic",
    );
    let in_body = fields.optional("client_secret");
    seen.require(
        basic.is_none() || in_body.is_none(),
        "shows its secret twice",
    );
    if seen.is_malformed() {
        return Err(Refusal("invalid_request"));
    }
    let (id, secret) = match basic {
        Some((id, secret)) => (id, Some(secret)),
        None => (
            fields.value("client_id").to_owned(),
            in_body.map(ToOwned::to_owned),
        ),
    };
    if state.clients().accepts(PROVIDER, &id, secret.as_deref()) {
        Ok(id)
    } else {
        Err(Refusal("invalid_client"))
    }
}

async fn scripted(state: &State, behaviour: &Behaviour) -> HttpResponse {
    let good =
        || json!({"access_token": keys::XERO_GOOD, "expires_in": 1800, "token_type": "Bearer"});
    if let Some(fault) = wire::fault(behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Throttled => wire::reply(&Reply::json(429, "{}").with("retry-after", "23")),
        Behaviour::ThrottledSilently => wire::reply(&Reply::other(429, "", "")),
        Behaviour::Error(status) => error(*status, "server_error"),
        _ => error(400, "invalid_grant"),
    }
}

fn answer(state: &State, tokens: &Tokens) -> Value {
    let now: DateTime<Utc> = state.now();
    let mut answer = json!({
        "access_token": tokens.access, "expires_in": 1800, "token_type": "Bearer",
        "scope": tokens.scope,
    });
    if tokens
        .scope
        .split(' ')
        .any(|scope| scope == "offline_access")
    {
        answer["refresh_token"] = json!(tokens.refresh);
    }
    let claims = signing::Claims {
        user: &tokens.account,
        client_id: &tokens.client_id,
        scope: &tokens.scope,
        auth_event: &tokens.auth_event,
    };
    if let Some(id_token) = signing::make_id_token(&claims, *state.signing(), now) {
        answer["id_token"] = json!(id_token);
    }
    answer
}

/// An error in the words of Xero, which says no more than this.
pub(in super::super) fn error(status: u16, name: &str) -> HttpResponse {
    wire::json(status, &json!({"error": name}))
}
