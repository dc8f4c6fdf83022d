//! For whoever restarts the server or sends it traffic.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    ApiState,
    http::json,
    problem::{Problem, problems},
    stopping::Stopping,
};

/// Whether the process answers.
pub(crate) const LIVE: &str = "/livez";
/// Whether it can serve requests.
pub(crate) const READY: &str = "/readyz";

/// How long the parts may take to answer.
const DEADLINE: Duration = Duration::from_secs(2);
/// When to ask again.
const RETRY_SECONDS: u32 = 5;

problems!(NotReadyYet: Unavailable);

/// Tell whether the process answers
#[utoipa::path(
    get,
    path = LIVE,
    tag = "Operations",
    responses((status = 200, description = "It does.", body = HealthView)),
    security(())
)]
pub(crate) async fn live() -> HttpResponse {
    json(HttpResponse::Ok(), &HealthView { status: "ok" })
}

/// Tell whether requests can be served
#[utoipa::path(
    get,
    path = READY,
    tag = "Operations",
    responses((status = 200, description = "They can.", body = HealthView), NotReadyYet),
    security(())
)]
pub(crate) async fn ready(
    state: web::Data<ApiState>,
    stopping: web::Data<Stopping>,
) -> Result<HttpResponse, Problem> {
    let not_ready = |detail| Problem::unavailable(detail, RETRY_SECONDS);
    if stopping.is_stopping() {
        return Err(not_ready("The server is being stopped."));
    }
    match tokio::time::timeout(DEADLINE, state.readiness.check()).await {
        Ok(Ok(())) => Ok(json(HttpResponse::Ok(), &HealthView { status: "ok" })),
        Ok(Err(error)) => {
            Err(not_ready("A part that requests need is not ready.").caused_by(error))
        }
        Err(late) => Err(not_ready("A part that requests need does not answer.").caused_by(late)),
    }
}

/// A good answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
struct HealthView {
    /// Always `ok`: trouble has another status.
    #[schema(example = "ok")]
    status: &'static str,
}
