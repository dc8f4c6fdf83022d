use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use fluxori_domain::{ConnectionFilter, ConnectionStatus, Marketplace};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ALL, view::ConnectionView};
use crate::{
    ApiState,
    auth::{Login, Whose},
    http::{Query, json, page_request},
    problem::{Problem, problem_of, problems},
    schema::{MarketplaceSchema, StatusSchema},
};

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, TooManyRequests, Internal, Unavailable);

/// List your connections
///
/// Newest first, a page at a time.
#[utoipa::path(
    get,
    path = ALL,
    tag = "Connections",
    params(
        ("limit" = Option<u16>, Query, description = "Most items of the page; 20 when absent.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
        ("marketplace" = Option<MarketplaceSchema>, Query, description = "Only of this marketplace."),
        ("status" = Option<StatusSchema>, Query, description = "Only with this status."),
        ("expiring" = Option<u16>, Query, minimum = 0, maximum = 366,
            description = "Only those whose `nextExpiry` is at most so many days away."),
        ("user" = Option<String>, Query, description = "For administrators of the organization: the connections of this \
            user, or of everybody with `*`."),
    ),
    responses((status = 200, description = "A page.", body = ConnectionPageView), Refusals),
)]
pub(crate) async fn list(
    login: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(
        &request,
        &[
            "limit",
            "cursor",
            "marketplace",
            "status",
            "expiring",
            "user",
        ],
    )?;
    let filter = ConnectionFilter {
        marketplace: query.value("marketplace", |text| {
            text.parse::<Marketplace>()
                .map_err(|error| error.to_string())
        })?,
        status: query.value("status", status)?,
        expiring_by: query
            .value("expiring", days)?
            .map(|days| state.clock.now() + days),
    };
    let now = state.clock.now();
    let page = page_request(&query)?;
    let found = match login.whose(&query)? {
        Whose::One(scope) => state.connections.list(&scope, filter, page).await,
        Whose::Everybody(organization) => {
            let all = state
                .connections
                .list_organization(&organization, filter, page);
            all.await
        }
    };
    let page = found.map_err(|error| problem_of(error, now))?;
    let view = ConnectionPageView {
        items: page
            .items
            .iter()
            .map(|connection| ConnectionView::of(connection, now))
            .collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    };
    Ok(json(HttpResponse::Ok(), &view))
}

fn days(text: &str) -> Result<TimeDelta, String> {
    let days: i64 = text
        .parse()
        .ok()
        .filter(|days| (0..=366).contains(days))
        .ok_or("must be a number of days, 0 to 366")?;
    Ok(TimeDelta::days(days))
}

fn status(text: &str) -> Result<&'static str, String> {
    ConnectionStatus::NAMES
        .iter()
        .copied()
        .find(|name| *name == text)
        .ok_or_else(|| format!("must be one of {}", ConnectionStatus::NAMES.join(" ")))
}

/// A piece of the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionPage)]
struct ConnectionPageView<'a> {
    /// The connections, newest first.
    items: Vec<ConnectionView<'a>>,
    /// Send it as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}
