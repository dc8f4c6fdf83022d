//! Which request goes where, and what may happen to it on the way.

use actix_web::{
    HttpRequest, HttpResponse,
    rt::time,
    web::{Bytes, Data},
};

use super::{body::Incoming, projects, render, secrets};
use crate::{
    google::{
        auth, call::Call, control, faults::Fault, journal::RecordedCall, state::State,
        status::Status,
    },
    providers::wire,
};

/// Every request comes here, so that none goes unseen.
pub(in crate::google) async fn handle(
    state: Data<State>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let path = request.path().to_owned();
    if let Some(order) = path.strip_prefix("/control/") {
        return control::answer(&state, request.method().as_str(), order, &body);
    }
    let call = call_of(request.method().as_str(), &path);
    let subject = subject_of(call, &request);
    let fault = state.faults().draw(call, &subject);
    if let Some(fault) = fault.filter(|fault| fault.swallows()) {
        state.journal().record(RecordedCall {
            call,
            resource: subject,
            principal: None,
            refused: None,
            is_swallowed: true,
        });
        return on_the_way(fault, None).await;
    }
    let answer = answer(&state, call, &request, &body);
    match fault {
        Some(fault) => on_the_way(fault, Some(answer)).await,
        None => answer,
    }
}

fn answer(state: &State, call: Call, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    match call {
        Call::Token => auth::token(state, request, body),
        Call::MetadataToken | Call::Metadata => auth::metadata(state, request, call),
        Call::GetProject | Call::TestProjectPermissions | Call::GetService => {
            projects::answer(state, call, &Incoming::new(request, body))
        }
        Call::Unknown => {
            state.journal().record(RecordedCall {
                call,
                resource: request.path().to_owned(),
                principal: None,
                refused: Some(crate::google::Code::NotFound),
                is_swallowed: false,
            });
            wire::page(404)
        }
        _ => secrets::answer(state, call, &Incoming::new(request, body)),
    }
}

/// The answer, or what is left of it.
async fn on_the_way(fault: Fault, answer: Option<HttpResponse>) -> HttpResponse {
    match (fault, answer) {
        (Fault::Page(status) | Fault::PageAfter(status), _) => wire::page(status),
        (Fault::Refused(code) | Fault::RefusedAfter(code), _) => {
            render::refusal(&Status::new(code, "An injected fault."))
        }
        (Fault::HalfBody, Some(answer)) => wire::half_of(answer).await,
        (Fault::Slow(duration), Some(answer)) => {
            time::sleep(duration).await;
            answer
        }
        _ => wire::hang_up(),
    }
}

/// What a fault is about, as far as the address tells: the secret also where it is still to be made.
fn subject_of(call: Call, request: &HttpRequest) -> String {
    let path = request.path();
    let name = path.strip_prefix("/v1/").unwrap_or(path);
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    if call != Call::CreateSecret {
        return name.to_owned();
    }
    let mut query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let id = query.find(|(key, _)| key == "secretId" || key == "secret_id");
    let id = id.map_or_else(String::new, |(_, id)| id.into_owned());
    format!("{name}/{id}")
}

/// The paths of `google/cloud/secretmanager/v1/service.proto`, and of the services beside it.
fn call_of(method: &str, path: &str) -> Call {
    let parts: Vec<_> = path.split('/').skip(1).collect();
    let (last, verb) = path
        .rsplit_once(':')
        .map_or((path, ""), |(path, verb)| (path, verb));
    let is_clean = parts.iter().all(|part| !part.is_empty());
    match (method, &parts[..], verb) {
        ("POST", ["token"], "") => Call::Token,
        (
            _,
            [
                "computeMetadata",
                "v1",
                "instance",
                "service-accounts",
                _,
                "token",
            ],
            "",
        ) => Call::MetadataToken,
        (_, ["computeMetadata", ..] | [""], "") => Call::Metadata,
        _ if !is_clean || last.is_empty() => Call::Unknown,
        ("GET", ["v1" | "v3", "projects", _], "") => Call::GetProject,
        ("POST", ["v1" | "v3", "projects", _], "testIamPermissions") => {
            Call::TestProjectPermissions
        }
        ("GET", ["v1", "projects", _, "services", _], "") => Call::GetService,
        ("GET", ["v1", "projects", _, "secrets"], "") => Call::ListSecrets,
        ("POST", ["v1", "projects", _, "secrets"], "") => Call::CreateSecret,
        ("GET", ["v1", "projects", _, "secrets", _], "") => Call::GetSecret,
        ("PATCH", ["v1", "projects", _, "secrets", _], "") => Call::UpdateSecret,
        ("DELETE", ["v1", "projects", _, "secrets", _], "") => Call::DeleteSecret,
        ("POST", ["v1", "projects", _, "secrets", _], "addVersion") => Call::AddSecretVersion,
        ("POST", ["v1", "projects", _, "secrets", _], "testIamPermissions") => {
            Call::TestSecretPermissions
        }
        ("GET", ["v1", "projects", _, "secrets", _, "versions"], "") => Call::ListSecretVersions,
        ("GET", ["v1", "projects", _, "secrets", _, "versions", _], "") => Call::GetSecretVersion,
        ("GET", ["v1", "projects", _, "secrets", _, "versions", _], "access") => {
            Call::AccessSecretVersion
        }
        ("POST", ["v1", "projects", _, "secrets", _, "versions", _], "enable") => {
            Call::EnableSecretVersion
        }
        ("POST", ["v1", "projects", _, "secrets", _, "versions", _], "disable") => {
            Call::DisableSecretVersion
        }
        ("POST", ["v1", "projects", _, "secrets", _, "versions", _], "destroy") => {
            Call::DestroySecretVersion
        }
        _ => Call::Unknown,
    }
}
