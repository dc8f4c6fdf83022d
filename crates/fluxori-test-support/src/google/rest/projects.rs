//! What a client asks about the project itself: <https://cloud.google.com/resource-manager/reference/rest/v3/projects>
//! and <https://cloud.google.com/service-usage/docs/reference/rest/v1/services/get>.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::{
    body::{self, Incoming},
    render,
};
use crate::{
    google::{
        call::{Call, Service},
        state::State,
        status::Status,
    },
    providers::wire,
};

pub(super) fn answer(state: &State, call: Call, incoming: &Incoming<'_>) -> HttpResponse {
    let name = incoming.name();
    let project = name.split('/').nth(1).unwrap_or_default().to_owned();
    let outcome = state.note(incoming.bearer(), call, name.clone(), |caller| {
        let is_mine = state.is_mine(&project);
        state.permit(caller, call, is_mine, &name)?;
        match call {
            Call::GetProject => Ok(json!({
                "name": format!("projects/{}", state.project_number()),
                "projectId": state.project_id(),
                "projectNumber": state.project_number().to_string(),
                "state": "ACTIVE",
                "lifecycleState": "ACTIVE",
            })),
            Call::GetService => service(state, &name),
            _ => {
                let mut body = incoming.object(&["permissions"])?;
                let mut permissions = body::text_list(body.remove("permissions"), "permissions")?;
                permissions.retain(|one| is_mine && state.accounts().may(caller, one));
                Ok(if permissions.is_empty() {
                    json!({})
                } else {
                    json!({"permissions": permissions})
                })
            }
        }
    });
    match outcome {
        Ok(document) => wire::json(200, &document),
        Err(status) => render::refusal(&status),
    }
}

fn service(state: &State, name: &str) -> Result<Value, Status> {
    let service = name.rsplit('/').next().and_then(Service::of_name);
    let Some(service) = service else {
        return Err(Status::not_found(format!("Service [{name}] not found.")));
    };
    let is_disabled = state.switches().disabled.contains(&service);
    Ok(json!({
        "name": format!("projects/{}/services/{}", state.project_number(), service.name()),
        "config": {"name": service.name(), "title": service.title()},
        "state": if is_disabled { "DISABLED" } else { "ENABLED" },
    }))
}
