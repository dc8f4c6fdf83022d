//! A shop's consent page, and the link that installs an application.

use actix_web::HttpResponse;
use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    super::{
        Provider, keys,
        oauth::{NewCode, sign_shopify_query},
        shopify::is_shop,
        state::State,
    },
    asked::{Asked, Choice},
    callback::{nothing_happened, redirect, send_back},
    html::{self, Brand, code_list, decision_buttons, escape},
};

pub(super) const BRAND: Brand = Brand {
    name: "Shopify",
    colour: "#15803d",
};

/// `GET` and `POST /admin/oauth/authorize`.
pub(super) fn consent(state: &State, asked: &Asked, shop: &str) -> HttpResponse {
    if let Some(problem) = check(asked, shop) {
        return problem;
    }
    let choice = asked.choice();
    match choice {
        Choice::Undecided => show(asked, shop),
        Choice::Refused => nothing_happened(BRAND),
        Choice::Agreed | Choice::AgreedByHand => finish(state, asked, shop, choice),
    }
}

fn check(asked: &Asked, shop: &str) -> Option<HttpResponse> {
    let problem = |code, text| Some(html::problem(400, BRAND, code, text));
    if !is_shop(shop) {
        return Some(html::problem(404, BRAND, "404", "There is no such shop."));
    }
    if asked.parameter("client_id") != keys::SHOPIFY_CLIENT_ID {
        let text = "There is no application with this client_id.";
        return problem("application_cannot_be_found", text);
    }
    if !keys::allows_redirect(Provider::Shopify, asked.parameter("redirect_uri")) {
        return problem("invalid_request", "The redirect_uri is not whitelisted.");
    }
    if asked.parameter("scope").is_empty() || asked.parameter("state").is_empty() {
        return problem("invalid_request", "The address lacks scope or state.");
    }
    let grant_options = asked.parameter("grant_options[]");
    if !grant_options.is_empty() {
        return problem("invalid_request", "Only offline tokens are simulated.");
    }
    None
}

fn finish(state: &State, asked: &Asked, shop: &str, choice: Choice) -> HttpResponse {
    let redirect_uri = asked.parameter("redirect_uri");
    let new = NewCode {
        provider: Provider::Shopify,
        account: shop.to_owned(),
        client_id: keys::SHOPIFY_CLIENT_ID.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scope: asked.parameter("scope").to_owned(),
        challenge: None,
        organisations: Vec::new(),
    };
    let code = state.grants().make_code(new, state.now());
    let own = [("code", code.as_str()), ("state", asked.parameter("state"))];
    let parameters = signed(state, shop, &own);
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    send_back(BRAND, choice, redirect_uri, &parameters)
}

/// These parameters with `host`, `shop`, `timestamp` and the signature.
fn signed<'a>(state: &State, shop: &str, own: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    let name = shop.trim_end_matches(".myshopify.com");
    let mut all: Vec<_> = own
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    all.push((
        "host",
        STANDARD.encode(format!("admin.shopify.com/store/{name}")),
    ));
    all.push(("shop", shop.to_owned()));
    all.push(("timestamp", state.now().timestamp().to_string()));
    let plain: Vec<_> = all
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let hmac = sign_shopify_query(&plain, keys::SHOPIFY_CLIENT_SECRET);
    all.push(("hmac", hmac));
    all
}

fn show(asked: &Asked, shop: &str) -> HttpResponse {
    let scopes = code_list(asked.parameter("scope").split(','));
    let content = format!(
        "<p>Fluxori connections asks for access to <strong>{}</strong>:</p>{scopes}\
         <form method=\"post\">{}</form>",
        escape(shop),
        decision_buttons("Install")
    );
    html::page(200, BRAND, "Install Fluxori connections", &content)
}

/// The page from which Shopify opens the application's address, signed.
pub(super) fn install(state: &State, asked: &Asked) -> HttpResponse {
    if !asked.is_form() {
        return show_install();
    }
    let shop = asked.field("shop");
    let Ok(mut address) = Url::parse(asked.field("address")) else {
        return html::problem(400, BRAND, "address", "The application's address is none.");
    };
    if !is_shop(shop) {
        return html::problem(404, BRAND, "404", "There is no such shop.");
    }
    address
        .query_pairs_mut()
        .extend_pairs(signed(state, shop, &[]));
    redirect(address.as_str())
}

fn show_install() -> HttpResponse {
    let content = format!(
        "<p>Shopify opens the application's address with a signature.</p>\
         <form method=\"post\"><label>The application's address\
         <input type=\"url\" name=\"address\" required \
         value=\"http://127.0.0.1:8080/api/oauth/shopify/start\"></label>\
         <label>Shop<input type=\"text\" name=\"shop\" required value=\"{}\"></label>\
         <div class=\"buttons\"><button>Install</button></div></form>",
        keys::SHOPIFY_SHOP
    );
    html::page(200, BRAND, "Add an application", &content)
}
