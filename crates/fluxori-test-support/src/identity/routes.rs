//! Which request goes where.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};
use serde_json::json;

use super::{
    authorize, control, end,
    faults::{Fault, Place},
    state::State,
    token,
};
use crate::providers::{pages::asked::Asked, wire};

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// The discovery document.
    Discovery,
    /// The page on which people sign in; showing it and deciding there are two calls.
    Authorize,
    /// The token endpoint.
    Token,
    /// The key set.
    Keys,
    /// The page on which people sign out.
    EndSession,
}

impl Call {
    pub(super) const ALL: [Self; 5] = [
        Self::Discovery,
        Self::Authorize,
        Self::Token,
        Self::Keys,
        Self::EndSession,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Keys => "keys",
            Self::EndSession => "end_session",
        }
    }
}

/// Every request comes here.
pub(super) async fn handle(state: Data<State>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let method = request.method().as_str();
    if let Some(what) = request.path().strip_prefix("/control/") {
        return control::answer(&state, method, what, &body);
    }
    let call = match (method, request.path()) {
        ("GET", "/.well-known/openid-configuration") => Call::Discovery,
        ("GET" | "POST", "/authorize") => Call::Authorize,
        ("POST", "/token") => Call::Token,
        ("GET", "/keys") => Call::Keys,
        ("GET", "/end-session") => Call::EndSession,
        _ => return wire::json(404, &json!({"error": "not_found"})),
    };
    *state.lock().counts.entry(call).or_default() += 1;
    match call {
        Call::Discovery => discovery(&state),
        Call::Authorize => authorize::answer(&state, &Asked::new(&request, &body)),
        Call::Token => token::answer(&state, &request, &body).await,
        Call::Keys => wire::json(200, &state.lock().keys.key_set()),
        Call::EndSession => end::answer(&state, &Asked::new(&request, &body)),
    }
}

/// `OpenID` Connect Discovery 1.0, section 3.
fn discovery(state: &State) -> HttpResponse {
    let origin = state.issuer();
    let issuer = match state.lock().draw(Place::Discovery) {
        Some(Fault::OtherIssuer) => "https://elsewhere.example",
        _ => origin,
    };
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "jwks_uri": format!("{origin}/keys"),
        "end_session_endpoint": format!("{origin}/end-session"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "name", "org_id", "role"],
        "authorization_response_iss_parameter_supported": true,
    });
    wire::json(200, &document)
}
