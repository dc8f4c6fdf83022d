//! Seller Central's consent page.

use actix_web::HttpResponse;

use super::{
    super::{Provider, keys, oauth::NewCode, state::State},
    asked::{Asked, Choice},
    callback::{nothing_happened, send_back},
    html::{self, Brand, decision_buttons},
};

pub(super) const BRAND: Brand = Brand {
    name: "Amazon",
    colour: "#b45309",
};

/// `GET` and `POST /apps/authorize/consent`.
pub(super) fn consent(state: &State, asked: &Asked) -> HttpResponse {
    if let Some(problem) = check(asked.parameter("application_id"), asked) {
        return problem;
    }
    let choice = asked.choice();
    match choice {
        Choice::Undecided => show(),
        Choice::Refused => nothing_happened(BRAND),
        Choice::Agreed | Choice::AgreedByHand => {
            let seller = match asked.field("account") {
                "" => keys::AMAZON_SELLING_PARTNER_ID,
                chosen => chosen,
            };
            finish(state, asked, seller, choice)
        }
    }
}

/// What is wrong with the address, in Amazon's words. It is never told to the application.
pub(super) fn check(application: &str, asked: &Asked) -> Option<HttpResponse> {
    let problem = |code, text| Some(html::problem(400, BRAND, code, text));
    if application != keys::AMAZON_APPLICATION_ID {
        return problem("MD1000", "There is no application with this identifier.");
    }
    if asked.parameter("version") != "beta" {
        let text = "The application is a draft: its address needs version=beta.";
        return problem("MD1000", text);
    }
    if !keys::allows_redirect(Provider::Amazon, asked.parameter("redirect_uri")) {
        let text = "The redirect address is not registered for the application.";
        return problem("MD5101", text);
    }
    if asked.parameter("state").is_empty() {
        return problem("MD9100", "The address lacks the parameter state.");
    }
    None
}

/// Makes a code and sends the browser back with it.
pub(super) fn finish(state: &State, asked: &Asked, seller: &str, choice: Choice) -> HttpResponse {
    let redirect_uri = asked.parameter("redirect_uri");
    let new = NewCode {
        provider: Provider::Amazon,
        account: seller.to_owned(),
        client_id: keys::AMAZON_CLIENT_ID.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scope: String::new(),
        challenge: None,
        organisations: Vec::new(),
    };
    let code = state.grants().make_code(new, state.now());
    let parameters = [
        ("state", asked.parameter("state")),
        ("selling_partner_id", seller),
        ("spapi_oauth_code", &code),
    ];
    send_back(BRAND, choice, redirect_uri, &parameters)
}

fn show() -> HttpResponse {
    let content = format!(
        "<p>Fluxori connections asks to use the Selling Partner API for all your marketplaces of this region.</p>\
         <form method=\"post\"><fieldset><legend>Which seller are you?</legend>{}</fieldset>{}</form>",
        seller_fields(),
        decision_buttons("Authorise")
    );
    html::page(200, BRAND, "Authorise Fluxori connections", &content)
}

/// One of two sellers.
pub(super) fn seller_fields() -> String {
    let seller = |id, checked| {
        format!(
            "<label><input type=\"radio\" name=\"account\" value=\"{id}\"{checked}> Simulated Store \
             (<code>{id}</code>)</label>"
        )
    };
    let first = seller(keys::AMAZON_SELLING_PARTNER_ID, " checked");
    first + &seller(keys::AMAZON_OTHER_SELLING_PARTNER_ID, "")
}
