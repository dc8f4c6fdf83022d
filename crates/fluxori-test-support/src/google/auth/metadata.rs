//! The metadata server of a machine at Google: <https://cloud.google.com/compute/docs/metadata/querying-metadata>.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::token::EXPIRES_IN;
use crate::google::{call::Call, journal::RecordedCall, state::State, status::Code};

/// Answers what is asked below `/computeMetadata/v1/`.
pub(in crate::google) fn answer(state: &State, request: &HttpRequest, call: Call) -> HttpResponse {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let is_asked_well =
        header("metadata-flavor") == Some("Google") && header("x-forwarded-for").is_none();
    let email = state.metadata_email();
    let is_refused = !is_asked_well || request.method() != "GET";
    state.journal().record(RecordedCall {
        call,
        resource: request.path().to_owned(),
        principal: Some(email.clone()),
        refused: is_refused.then_some(Code::PermissionDenied),
        is_swallowed: false,
    });
    if !is_asked_well {
        return text(403, "Missing Metadata-Flavor:Google header.");
    }
    if is_refused {
        return text(405, "Method Not Allowed");
    }
    let below = request
        .path()
        .strip_prefix("/computeMetadata/v1/")
        .unwrap_or_default();
    let parts: Vec<_> = below.trim_end_matches('/').split('/').collect();
    match parts[..] {
        ["instance", "service-accounts", who, what] if who == "default" || who == email => {
            match what {
                "token" => {
                    let token = state.accounts().make_token(&email, true, state.now());
                    flavoured(200).content_type("application/json").body(
                    json!({"access_token": token, "expires_in": EXPIRES_IN, "token_type": "Bearer"}).to_string(),
                )
                }
                "email" => text(200, &email),
                "scopes" => text(200, super::accounts::SCOPE),
                _ => text(404, "Not Found"),
            }
        }
        ["project", "project-id"] => text(200, state.project_id()),
        ["project", "numeric-project-id"] => text(200, &state.project_number().to_string()),
        ["universe", "universe-domain"] => text(200, "googleapis.com"),
        _ => text(404, "Not Found"),
    }
}

fn flavoured(status: u16) -> actix_web::HttpResponseBuilder {
    let status = actix_web::http::StatusCode::from_u16(status).expect("only known ones are used");
    let mut builder = HttpResponse::build(status);
    builder
        .insert_header(("metadata-flavor", "Google"))
        .insert_header(("server", "Metadata Server for VM"));
    builder
}

fn text(status: u16, text: &str) -> HttpResponse {
    flavoured(status)
        .content_type("application/text")
        .body(text.to_owned())
}
