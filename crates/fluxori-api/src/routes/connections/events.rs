use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use fluxori_domain::{AuditEvent, AuditKind, Generation, OutcomeClass, Purpose, RequestId};
use serde::Serialize;
use utoipa::ToSchema;

use super::EVENTS;
use crate::{
    ApiState,
    auth::Login,
    http::{IdPath, Query, json, page_request},
    problem::{Problem, problem_of, problems},
    schema::{AuditKindSchema, OutcomeClassSchema},
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Csrf, NotFound, TooManyRequests, Internal, Unavailable);

/// Show the history of a connection
///
/// Its audit trail, newest first: changes, tests, and every time an adapter was handed the credential.
#[utoipa::path(
    get,
    path = EVENTS,
    tag = "Connections",
    params(
        ("id" = uuid::Uuid, Path, description = "The connection."),
        ("limit" = Option<u16>, Query, description = "Most items of the page; 20 when absent.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = EventPageView), Refusals),
)]
pub(crate) async fn events(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
    id: IdPath,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["limit", "cursor"])?;
    let page = state
        .connections
        .events(&login.0.scope, id.0, page_request(&query)?)
        .await
        .map_err(|error| problem_of(error, state.clock.now()))?;
    let view = EventPageView {
        items: page.items.iter().map(EventView::from).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    };
    Ok(json(HttpResponse::Ok(), &view))
}

/// A piece of the history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventPage)]
struct EventPageView<'a> {
    /// The events, newest first.
    items: Vec<EventView<'a>>,
    /// Send it as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// Something that happened to a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
struct EventView<'a> {
    /// Its own name.
    id: uuid::Uuid,
    /// What happened.
    #[schema(value_type = AuditKindSchema)]
    kind: AuditKind,
    /// When; of several reads, the first.
    at: DateTime<Utc>,
    /// How many equal reads of the credential within a second it stands for; `1` for everything else.
    #[schema(minimum = 1)]
    occurrences: u32,
    /// Through which program.
    service: &'a str,
    /// Why, for reads of the credential.
    purpose: Option<&'a str>,
    /// Which generation of the credential was concerned.
    generation: Option<i64>,
    /// How it ended, for tests.
    #[schema(value_type = Option<OutcomeClassSchema>)]
    outcome: Option<OutcomeClass>,
    /// In which request.
    request_id: Option<&'a str>,
}

impl<'a> From<&'a AuditEvent> for EventView<'a> {
    fn from(event: &'a AuditEvent) -> Self {
        Self {
            id: *event.id.as_uuid(),
            kind: event.kind,
            at: event.at,
            occurrences: event.occurrences,
            service: event.service.as_str(),
            purpose: event.purpose.as_ref().map(Purpose::as_str),
            generation: event.generation.map(Generation::as_i64),
            outcome: event.outcome,
            request_id: event.request_id.as_ref().map(RequestId::as_str),
        }
    }
}
