use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use fluxori_domain::{ConnectionId, Expiring, Marketplace, Overview};
use serde::Serialize;
use utoipa::ToSchema;

use super::{SUMMARY, view::ExpiryView};
use crate::{
    ApiState,
    auth::Login,
    http::{Query, json},
    problem::{Problem, problem_of, problems},
    schema::MarketplaceSchema,
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, TooManyRequests, Internal, Unavailable);

/// Sum up your connections
///
/// For a dashboard: how many there are in each state, and what runs out next.
#[utoipa::path(
    get,
    path = SUMMARY,
    tag = "Connections",
    responses((status = 200, description = "All your connections at a glance.", body = SummaryView), Refusals),
)]
pub(crate) async fn summary(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let now = state.clock.now();
    let overview = state
        .connections
        .overview(&login.0.scope)
        .await
        .map_err(|error| problem_of(error, now))?;
    Ok(json(HttpResponse::Ok(), &SummaryView::of(&overview, now)))
}

/// All connections at a glance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionSummary)]
struct SummaryView<'a> {
    /// How many there are.
    total: u64,
    /// How many there are in each state.
    by_status: StatusCountsView,
    /// The connection that runs out next, of those that are neither `expired` nor `disconnected` already; `null` when none
    /// does.
    next_expiry: Option<ExpiringView<'a>>,
}

/// How many connections there are in each state.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusCounts)]
struct StatusCountsView {
    /// Never tested.
    pending: u64,
    /// In order.
    connected: u64,
    /// In need of the operator, or of the seller at the marketplace.
    error: u64,
    /// To be authorised again by the seller.
    expired: u64,
    /// Cut off at the marketplace.
    disconnected: u64,
}

/// A connection that runs out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExpiringConnection)]
struct ExpiringView<'a> {
    /// Which one.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// The seller's own name for it.
    label: &'a str,
    /// Where the account is.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: Marketplace,
    /// What runs out, and when.
    #[serde(flatten)]
    expiry: ExpiryView,
}

impl<'a> SummaryView<'a> {
    fn of(overview: &'a Overview, now: DateTime<Utc>) -> Self {
        let [pending, connected, error, expired, disconnected] = overview.by_status;
        Self {
            total: overview.total(),
            by_status: StatusCountsView {
                pending,
                connected,
                error,
                expired,
                disconnected,
            },
            next_expiry: overview
                .next_expiry
                .as_ref()
                .and_then(|expiring| ExpiringView::of(expiring, now)),
        }
    }
}

impl<'a> ExpiringView<'a> {
    fn of(expiring: &'a Expiring, now: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            connection_id: expiring.connection,
            label: expiring.label.as_str(),
            marketplace: expiring.marketplace,
            expiry: ExpiryView::of(&expiring.clocks, now)?,
        })
    }
}
