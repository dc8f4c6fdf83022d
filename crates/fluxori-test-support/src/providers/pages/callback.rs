//! The way back.

use actix_web::{HttpResponse, http::header};
use url::Url;

use super::{
    asked::Choice,
    html::{self, Brand, escape},
};

/// Sends the browser back with these parameters, or shows the address to somebody who wants to follow it by hand.
pub(crate) fn send_back(
    brand: Brand,
    choice: Choice,
    redirect_uri: &str,
    parameters: &[(&str, &str)],
) -> HttpResponse {
    let Ok(mut address) = Url::parse(redirect_uri) else {
        return html::problem(400, brand, "redirect", "The redirect address is none.");
    };
    address.query_pairs_mut().extend_pairs(parameters);
    if choice == Choice::AgreedByHand {
        let address = escape(address.as_str());
        let links = format!(
            "<p>A browser that goes back twice, or is copied to another machine, looks like this:</p>\
             <p><a href=\"{address}\">The callback</a></p>\
             <p><a href=\"{address}\" target=\"_blank\" rel=\"noopener\">The same callback in another tab</a></p>"
        );
        return html::page(200, brand, "Follow the callback by hand", &links);
    }
    redirect(address.as_str())
}

/// Sends the browser elsewhere.
pub(crate) fn redirect(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// The page of somebody who said no where the marketplace tells nobody.
pub(super) fn nothing_happened(brand: Brand) -> HttpResponse {
    let content =
        "<p>You did not agree. The application is not told: it waits until it gives up.</p>";
    html::page(200, brand, "Nothing was connected", content)
}
