//! Amazon's Selling Partner Appstore: a seller who begins there.

use actix_web::HttpResponse;
use url::Url;

use super::{
    super::{keys, oauth::derive_uuid, state::State},
    amazon::{BRAND, check, finish, seller_fields},
    asked::{Asked, Choice},
    callback::redirect,
    html,
};

/// The page where the seller begins; its form leads to the application's log-in address.
pub(super) fn start(state: &State, asked: &Asked) -> HttpResponse {
    if !asked.is_form() {
        return show();
    }
    let Ok(mut address) = Url::parse(asked.field("address")) else {
        return html::problem(400, BRAND, "address", "The log-in address is none.");
    };
    let seller = asked.field("account");
    let callback = format!(
        "{}/amazon/sellercentral/apps/authorize/confirm/{}",
        state.origin(),
        keys::AMAZON_APPLICATION_ID
    );
    address.query_pairs_mut().extend_pairs([
        ("amazon_callback_uri", callback.as_str()),
        ("amazon_state", &state_of(seller)),
        ("selling_partner_id", seller),
        ("version", "beta"),
    ]);
    redirect(address.as_str())
}

/// Where the application sends the seller back to; Amazon goes on to the redirect address at once.
pub(super) fn confirm(state: &State, asked: &Asked, application: &str) -> HttpResponse {
    if let Some(problem) = check(application, asked) {
        return problem;
    }
    let amazon_state = asked.parameter("amazon_state");
    let seller = amazon_state.split('.').next().unwrap_or_default();
    if amazon_state != state_of(seller) {
        let text = "The parameter amazon_state is not the one that was sent.";
        return html::problem(400, BRAND, "MD9101", text);
    }
    finish(state, asked, seller, Choice::Agreed)
}

/// What has to come back unchanged; it names the seller.
fn state_of(seller: &str) -> String {
    format!("{seller}.{}", derive_uuid(&format!("appstore {seller}")))
}

fn show() -> HttpResponse {
    let content = format!(
        "<p>A seller who authorises an application here is first sent to the application, to log in.</p>\
         <form method=\"post\"><label>Log-in address of the application\
         <input type=\"url\" name=\"address\" required \
         value=\"http://127.0.0.1:8080/api/oauth/amazon/start\"></label>\
         <fieldset><legend>Which seller are you?</legend>{}</fieldset>\
         <div class=\"buttons\"><button>Authorise now</button></div></form>",
        seller_fields()
    );
    html::page(200, BRAND, "Selling Partner Appstore", &content)
}
