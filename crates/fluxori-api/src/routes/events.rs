//! What happened in an organization.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditEvent, AuditFilter, AuditKind, ConnectionId, Generation, Marketplace, OutcomeClass, Page,
    Purpose, RequestId, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    ApiState,
    auth::Login,
    http::{Query, json, page_request},
    problem::{Problem, problem_of, problems},
    schema::{AuditKindSchema, MarketplaceSchema, OutcomeClassSchema},
};

/// The address of the trail.
pub(crate) const PATH: &str = "/api/events";

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, TooManyRequests, Internal, Unavailable);

/// Show what happened in the organization
///
/// The audit trail of everybody's connections, newest first, for auditors and administrators of the organization.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "organization_events",
    tag = "Connections",
    params(
        ("limit" = Option<u16>, Query, description = "Most items of the page; 20 when absent.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
        ("user" = Option<String>, Query, description = "Only of connections that were this user's then."),
        ("connection" = Option<uuid::Uuid>, Query, description = "Only of this connection, whether it lives or not."),
    ),
    responses((status = 200, description = "A page.", body = EventPageView), Refusals),
)]
pub(crate) async fn events(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["limit", "cursor", "user", "connection"])?;
    let filter = AuditFilter {
        user: query.value("user", |text| {
            UserId::new(text).map_err(|error| error.to_string())
        })?,
        connection: query.value("connection", |text| {
            text.parse::<ConnectionId>()
                .map_err(|error| error.to_string())
        })?,
    };
    let organization = &login.0.scope.organization;
    let page = state
        .connections
        .organization_events(organization, filter, page_request(&query)?)
        .await
        .map_err(|error| problem_of(error, state.clock.now()))?;
    Ok(json(HttpResponse::Ok(), &EventPageView::from(&page)))
}

/// A piece of the history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventPage)]
pub(super) struct EventPageView<'a> {
    /// The events, newest first.
    items: Vec<EventView<'a>>,
    /// Send it as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

impl<'a> From<&'a Page<AuditEvent>> for EventPageView<'a> {
    fn from(page: &'a Page<AuditEvent>) -> Self {
        Self {
            items: page.items.iter().map(EventView::from).collect(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// Something that happened to a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
struct EventView<'a> {
    /// Its own name.
    id: uuid::Uuid,
    /// To which connection.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// Where the account is.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: Marketplace,
    /// Whose connection it was then.
    user: &'a str,
    /// Who acted, where that was another user of the organization; `null` for the owner and their programs.
    actor: Option<&'a str>,
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
            connection_id: event.connection,
            marketplace: event.marketplace,
            user: event.scope.user.as_str(),
            actor: event.actor.as_ref().map(UserId::as_str),
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
