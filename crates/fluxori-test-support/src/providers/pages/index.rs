//! Where everything is.

use actix_web::HttpResponse;
use url::form_urlencoded::Serializer;

use super::{
    super::{keys, state::State},
    html::{self, PLAIN, escape},
};

/// The page at `/`.
pub(super) fn show(state: &State) -> HttpResponse {
    let callback = |provider: &str| format!("http://127.0.0.1:8080/api/oauth/{provider}/callback");
    let address = |path: &str, parameters: &[(&str, &str)]| {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(parameters);
        escape(&format!("{path}?{}", query.finish()))
    };
    let amazon = address(
        "/amazon/sellercentral/apps/authorize/consent",
        &[
            ("application_id", keys::AMAZON_APPLICATION_ID),
            ("state", "try"),
            ("redirect_uri", &callback("amazon")),
            ("version", "beta"),
        ],
    );
    let shopify = address(
        &format!("/shopify/{}/admin/oauth/authorize", keys::SHOPIFY_SHOP),
        &[
            ("client_id", keys::SHOPIFY_CLIENT_ID),
            ("scope", keys::SHOPIFY_SCOPES),
            ("redirect_uri", &callback("shopify")),
            ("state", "try"),
        ],
    );
    let xero = address(
        "/xero/login/identity/connect/authorize",
        &[
            ("response_type", "code"),
            ("client_id", keys::XERO_CLIENT_ID),
            ("redirect_uri", &callback("xero")),
            ("scope", keys::XERO_SCOPES),
            ("state", "try"),
        ],
    );
    let content = format!(
        "<p>Served from <code>{}</code>.</p>\
         <h2>Keys, and ways to break a connection</h2><ul>\
         <li><a href=\"/portal\">Seller portals</a></li></ul>\
         <h2>Begin at the marketplace</h2><ul>\
         <li><a href=\"/amazon/appstore\">Amazon: Selling Partner Appstore</a></li>\
         <li><a href=\"/shopify/install\">Shopify: add an application</a></li></ul>\
         <h2>Tell the application something</h2><ul>\
         <li><a href=\"/shopify/webhook\">Shopify: send a message</a></li></ul>\
         <h2>Consent pages, with a state that no application knows</h2><ul>\
         <li><a href=\"{amazon}\">Amazon</a></li><li><a href=\"{shopify}\">Shopify</a></li>\
         <li><a href=\"{xero}\">Xero</a></li></ul>\
         <h2>What happened</h2><ul>\
         <li><a href=\"/control/grants\">Grants</a></li>\
         <li><a href=\"/control/violations\">Requests that a marketplace would not accept</a></li></ul>",
        escape(state.origin())
    );
    html::page(200, PLAIN, "Simulated marketplaces", &content)
}
