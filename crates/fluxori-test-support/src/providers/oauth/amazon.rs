//! Login with Amazon sells access tokens.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{
    super::{Behaviour, Call, Reply, seen::Seen, state::State, wire},
    Provider,
    asked::answer_to_refresh,
    codes::Redemption,
    fields::Fields,
    rotation::Spending,
    store::Tokens,
};

const PROVIDER: Provider = Provider::Amazon;

/// `POST /auth/o2/token`.
pub(in super::super) async fn token(state: &State, seen: &mut Seen<'_>) -> HttpResponse {
    seen.refuse_header("authorization");
    let fields = Fields::of_form(seen);
    let is_code = fields.value("grant_type") == "authorization_code";
    seen.require(
        is_code || fields.value("grant_type") == "refresh_token",
        "asks for another grant type",
    );
    let common = ["grant_type", "client_id", "client_secret"];
    let own: &[&str] = if is_code {
        &["code", "redirect_uri"]
    } else {
        &["refresh_token"]
    };
    fields.require(seen, &[&common[..], own].concat(), &[]);
    if seen.is_malformed() {
        return error(400, "invalid_request");
    }
    let client_id = fields.value("client_id");
    let secret = Some(fields.value("client_secret"));
    if !state.clients().accepts(PROVIDER, client_id, secret) {
        return error(401, "invalid_client");
    }
    if is_code {
        let with = Redemption {
            provider: PROVIDER,
            client_id,
            code: fields.value("code"),
            redirect_uri: Some(fields.value("redirect_uri")),
            verifier: None,
            shop: None,
            is_expiring: true,
        };
        return match state.redeem(with) {
            Some(tokens) => wire::json(200, &answer(&tokens)),
            None => error(400, "invalid_grant"),
        };
    }
    let refresh = fields.value("refresh_token");
    match state.scripted(refresh, Call::AmazonToken) {
        Some(behaviour) => scripted(state, refresh, &behaviour).await,
        None => spend(state, client_id, refresh),
    }
}

fn spend(state: &State, client_id: &str, token: &str) -> HttpResponse {
    let spending = Spending {
        provider: PROVIDER,
        client_id,
        token,
        shop: None,
    };
    match state.spend(spending) {
        Ok(tokens) => {
            let whole = answer(&tokens);
            answer_to_refresh(state, spending, Call::AmazonToken, &tokens, whole)
        }
        Err(_) => error(400, "invalid_grant"),
    }
}

/// The answer for a refresh token of which it is written down how it is answered.
async fn scripted(state: &State, refresh: &str, behaviour: &Behaviour) -> HttpResponse {
    let good = || {
        json!({
            "access_token": state.make_scripted_access_token(refresh), "token_type": "bearer",
            "expires_in": 3600, "refresh_token": refresh,
        })
    };
    if let Some(fault) = wire::fault(behaviour, state.origin(), good).await {
        return fault;
    }
    match behaviour {
        Behaviour::Refused => error(400, "invalid_grant"),
        Behaviour::ThrottledSilently => {
            wire::reply(&Reply::other(429, "text/plain", "Too many requests"))
        }
        Behaviour::Error(status) => error(*status, "server_error"),
        Behaviour::GoodAndTerse => wire::json(
            200,
            &json!({"access_token": state.make_scripted_access_token(refresh)}),
        ),
        // The usage plan is the Selling Partner API's, and so are roles.
        _ => wire::json(200, &good()),
    }
}

fn answer(tokens: &Tokens) -> Value {
    json!({
        "access_token": tokens.access, "token_type": "bearer", "expires_in": 3600,
        "refresh_token": tokens.refresh,
    })
}

/// An error in the words of Login with Amazon.
pub(in super::super) fn error(status: u16, name: &str) -> HttpResponse {
    let description = match name {
        "invalid_grant" => "The request has an invalid grant parameter : simulated",
        "invalid_client" => "Client authentication failed",
        _ => "Simulated",
    };
    wire::json(
        status,
        &json!({"error": name, "error_description": description, "request_id": "simulated"}),
    )
}
