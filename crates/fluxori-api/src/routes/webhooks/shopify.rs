use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::header::HeaderMap, web};
use fluxori_connections::WebhookError;
use fluxori_domain::{
    Marketplace,
    ports::{WebhookProblem, WebhookRequest},
    telemetry::events,
};

use crate::{
    ApiState,
    admission::CallerAddress,
    auth::service_name,
    http::{Limits, RawBody},
    problem::{Problem, ProblemKind, problem_of, problems},
};

/// The address to register at Shopify.
pub(crate) const PATH: &str = "/api/webhooks/shopify";

/// Shopify waits 5 seconds in all, and sends again what took longer.
const BUDGET: Duration = Duration::from_millis(4_500);

problems!(Refusals: MalformedJson, MalformedWebhook, ForgedWebhook, NotFound, RequestTimeout, BodyTooLarge, TooManyRequests, Internal, Unavailable);

/// Hear from Shopify
///
/// For Shopify: `app/uninstalled` and the compliance topics, signed with our app's client secret over the bytes of the
/// body. A message that was dealt with before is answered the same way and ignored.
#[utoipa::path(
    post,
    path = PATH,
    tag = "Connecting in the browser",
    params(
        ("X-Shopify-Hmac-Sha256" = String, Header, description = "The signature."),
        ("X-Shopify-Topic" = String, Header, description = "What it is about."),
        ("X-Shopify-Shop-Domain" = String, Header, description = "Which shop."),
        ("X-Shopify-Webhook-Id" = String, Header, description = "Names the delivery."),
        ("X-Shopify-Triggered-At" = String, Header, description = "When it happened."),
    ),
    request_body(content = Object, content_type = "application/json", description = "At most 64 KiB."),
    responses((status = 200, description = "Dealt with."), Refusals),
    security(())
)]
pub(crate) async fn shopify(
    state: web::Data<ApiState>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let header = |name: &str| once(headers, name);
    let message = WebhookRequest {
        header: &header,
        body: &body.0,
    };
    let service = service_name();
    let received = state
        .connections
        .receive_webhook(&service, Marketplace::Shopify, message);
    let received = tokio::time::timeout(BUDGET, received)
        .await
        .map_err(|_| Problem::unavailable("This took too long. Send it again.", 60))?;
    match received {
        Ok(()) => Ok(HttpResponse::Ok().finish()),
        Err(WebhookError::Problem(WebhookProblem::Forged)) => {
            if let Some(address) = CallerAddress::of(&request) {
                limits.count_stray(address)?;
            }
            Err(Problem::new(
                ProblemKind::ForgedWebhook,
                "The signature is missing or not that of the app that is set up here.",
            ))
        }
        Err(WebhookError::Problem(
            problem @ (WebhookProblem::Malformed | WebhookProblem::UnknownTopic),
        )) => {
            tracing::warn!(
                event = events::WEBHOOK_NOT_UNDERSTOOD,
                %problem,
                "a signed message was not understood"
            );
            Err(Problem::new(
                ProblemKind::MalformedWebhook,
                "The message is signed, but its topic or a header is not one that we know.",
            ))
        }
        Err(WebhookError::NotSupported) => Err(Problem::not_found()),
        Err(WebhookError::Failed(error)) => Err(problem_of(error, state.clock.now())),
    }
}

/// The value of a header that came once.
fn once(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut sent = headers.get_all(name);
    match (sent.next(), sent.next()) {
        (Some(value), None) => value.to_str().ok().map(str::to_owned),
        _ => None,
    }
}
