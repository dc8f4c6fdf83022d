//! Pages for people: consent, and what can be tried.

mod amazon;
mod appstore;
pub(crate) mod asked;
pub(crate) mod callback;
pub(crate) mod html;
mod index;
mod portal;
mod shopify;
mod webhook;
mod xero;

use actix_web::{HttpRequest, HttpResponse, web::Bytes};

use super::{Call, RecordedRequest, state::State};
use asked::Asked;

/// The answer to a request for a page; `None` when the address is no page's.
pub(super) async fn answer(
    state: &State,
    request: &HttpRequest,
    body: &Bytes,
    parts: &[&str],
) -> Option<HttpResponse> {
    let asked = Asked::new(request, body);
    let page = match parts {
        [""] => index::show(state),
        ["portal"] => portal::answer(state, &asked),
        ["portal", "takealot"] => portal::takealot(),
        ["amazon", "sellercentral", "apps", "authorize", "consent"] => {
            amazon::consent(state, &asked)
        }
        [
            "amazon",
            "sellercentral",
            "apps",
            "authorize",
            "confirm",
            application,
        ] => appstore::confirm(state, &asked, application),
        ["amazon", "appstore"] => appstore::start(state, &asked),
        ["shopify", shop, "admin", "oauth", "authorize"] => shopify::consent(state, &asked, shop),
        ["shopify", "install"] => shopify::install(state, &asked),
        ["shopify", "webhook"] => webhook::show(state, &asked).await,
        ["xero", "login", "identity", "connect", "authorize"] => xero::consent(state, &asked),
        _ => return None,
    };
    state.record(RecordedRequest {
        call: Call::Page,
        method: request.method().to_string(),
        path: request.path().to_owned(),
        traceparent: None,
        violations: Vec::new(),
    });
    Some(page)
}
