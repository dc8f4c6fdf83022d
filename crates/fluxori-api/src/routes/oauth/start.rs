use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    START, count_stray,
    ending::{leave, parameters, words},
};
use crate::{
    ApiState,
    http::{Limits, MarketplacePath, callback_query},
    problem::{Problem, problems},
    schema::MarketplaceSchema,
};

problems!(Refusals: NotFound, TooManyRequests);

/// Begin at a marketplace
///
/// For browsers: the address to register where sellers begin at the marketplace, as Shopify's app URL or Amazon's login
/// URI. The browser is sent on to the first allowed page with `connect`, the name of the marketplace, and the fields that
/// the marketplace fills in; the page has the seller sign in and sends them to `POST /api/connections/authorize`. A request
/// that is not the marketplace's leads there with `result` instead (`invalid` or `expired`).
#[utoipa::path(
    get,
    path = START,
    tag = "Connecting in the browser",
    params(("marketplace" = MarketplaceSchema, Path, description = "Where the browser comes from.")),
    responses(
        (status = 303, description = "To the first allowed page.", headers(
            ("Location" = String, description = "The page, with `connect` and fields, or `result`, in its query.")
        )),
        (status = 200, description = "What to do, where no page is set up to go to.", body = String,
            content_type = "text/html"),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn start(
    state: web::Data<ApiState>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    marketplace: MarketplacePath,
) -> Result<HttpResponse, Problem> {
    let end = state
        .connections
        .read_start(marketplace.0, &callback_query(&request))
        .ok_or_else(Problem::not_found)?;
    let return_to = end.return_to.as_deref();
    match end.fields {
        Ok(fields) => {
            let connect = ("connect".to_owned(), marketplace.0.to_string());
            let parameters: Vec<_> = std::iter::once(connect).chain(fields).collect();
            let words = (
                "Almost there",
                "Sign in to the page where you connect accounts, and connect from there.",
            );
            Ok(leave(return_to, &parameters, words))
        }
        Err(result) => {
            count_stray(&limits, &request)?;
            Ok(leave(return_to, &parameters(&result), words(&result)))
        }
    }
}
