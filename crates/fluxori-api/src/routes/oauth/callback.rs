use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_connections::ConsentResult;

use super::{
    CALLBACK, count_stray,
    ending::{leave, parameters, words},
};
use crate::{
    ApiState,
    auth::service_name,
    http::{Limits, MarketplacePath, browser_binding, callback_query},
    problem::{Problem, problems},
    schema::MarketplaceSchema,
    work::Work,
};

problems!(Refusals: NotFound, TooManyRequests);

/// Come back from a marketplace
///
/// For browsers: the address to register at the marketplace. Whatever happened, the browser is sent on to the address that
/// the flow was started with, with these parameters and nothing of what the marketplace sent: `result` (`connected`,
/// `denied`, `expired`, `invalid`, `other_account`, `refused`, `failed`), `connection` once for every account that is
/// connected now, the one that was asked for first, and `reason`, an outcome class, when it is `refused`.
#[utoipa::path(
    get,
    path = CALLBACK,
    tag = "Connecting in the browser",
    params(("marketplace" = MarketplaceSchema, Path, description = "Where the browser comes from.")),
    responses(
        (status = 303, description = "To the page that the flow was started from, or else to the first allowed one.", headers(
            ("Location" = String, description = "The page, with `result` in its query.")
        )),
        (status = 200, description = "How it ended, where no page is set up to go to.", body = String,
            content_type = "text/html"),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn callback(
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    marketplace: MarketplacePath,
) -> Result<HttpResponse, Problem> {
    let query = callback_query(&request);
    let browser = browser_binding(&request);
    let connections = state.connections.clone();
    let finished = work.finish(async move {
        let service = service_name();
        connections
            .finish_consent(&service, marketplace.0, query, browser)
            .await
    });
    let end = finished.await?;
    if matches!(end.result, ConsentResult::Invalid | ConsentResult::Expired) {
        count_stray(&limits, &request)?;
    }
    Ok(leave(
        end.return_to.as_deref(),
        &parameters(&end.result),
        words(&end.result),
    ))
}
