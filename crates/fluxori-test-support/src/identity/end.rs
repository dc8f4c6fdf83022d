//! Where people sign out.

use actix_web::HttpResponse;
use url::Url;

use super::{authorize::BRAND, clients, state::State};
use crate::providers::pages::{asked::Asked, callback::redirect, html};

/// `GET /end-session`. As nobody stays signed in here, all it does is send people back.
pub(super) fn answer(state: &State, asked: &Asked) -> HttpResponse {
    let back = asked.parameter("post_logout_redirect_uri");
    if back.is_empty() {
        let text = "<p>You may close this window.</p>";
        return html::page(200, BRAND, "You are signed out", text);
    }
    let is_known = clients::is_known(asked.parameter("client_id"));
    let is_registered = is_known && clients::allows_redirect_after_end(back);
    let (true, Ok(mut address)) = (is_registered, Url::parse(back)) else {
        let text = format!(
            "{} does not send people to this post_logout_redirect_uri.",
            state.issuer()
        );
        return html::problem(400, BRAND, "invalid_request", &text);
    };
    let given = asked.parameter("state");
    if !given.is_empty() {
        address.query_pairs_mut().append_pair("state", given);
    }
    redirect(address.as_str())
}
