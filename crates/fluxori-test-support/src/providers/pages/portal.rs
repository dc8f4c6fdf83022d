//! The seller's own side: keys to copy, and ways to break what was connected.

use std::fmt::Write;

use actix_web::HttpResponse;

use super::{
    super::{
        keys,
        seller::Marketplace::{self, Consented, Takealot},
        state::State,
    },
    asked::Asked,
    callback::redirect,
    html::{self, Brand, PLAIN, escape},
};
use crate::providers::Provider;

const TAKEALOT: Brand = Brand {
    name: "Takealot Seller Portal",
    colour: "#0b79bf",
};

const SCRIPT: &str = "<script>\n\"use strict\";\n\
    document.addEventListener(\"click\", async (event) => {\n\
      const { copy } = event.target.dataset;\n\
      if (copy === undefined) return;\n\
      await navigator.clipboard.writeText(copy);\n\
      event.target.textContent = \"Copied\";\n\
      setTimeout(() => { event.target.textContent = \"Copy\"; }, 2000);\n\
    });\n</script>";

/// `GET` and `POST /portal`.
pub(super) fn answer(state: &State, asked: &Asked) -> HttpResponse {
    if !asked.is_form() {
        return show(state);
    }
    let Some(marketplace) = Marketplace::of_name(asked.field("marketplace")) else {
        return html::problem(400, PLAIN, "marketplace", "There is no such marketplace.");
    };
    match (asked.field("order"), marketplace) {
        ("withdraw", _) => state.withdraw(marketplace),
        ("accept", _) => state.accept(marketplace),
        ("expire", Consented(provider)) => {
            state.grants().expire_access(provider, state.now());
        }
        _ => return html::problem(400, PLAIN, "order", "There is no such order."),
    }
    redirect(&format!("/portal#{}", marketplace.name()))
}

/// `GET /portal/takealot`: what the application sends sellers to who look for their key.
pub(super) fn takealot() -> HttpResponse {
    let content = format!(
        "<p>Copy the key that works, and paste it where you connect Takealot.</p>{}{SCRIPT}",
        key_table(Takealot)
    );
    html::page(200, TAKEALOT, "Your API keys", &content)
}

fn show(state: &State) -> HttpResponse {
    let sections: Vec<_> = Marketplace::ALL.map(|one| section(state, one)).into();
    let content = format!(
        "<p>Here you are the seller at each marketplace: find the keys to connect with, break a connection, and see how it is \
         mended.</p>{}{SCRIPT}",
        sections.concat()
    );
    html::page(200, PLAIN, "Simulated seller portals", &content)
}

fn section(state: &State, marketplace: Marketplace) -> String {
    let name = marketplace.name();
    let (title, hint) = match marketplace {
        Takealot => ("Takealot", "Connected with an API key."),
        Consented(Provider::Amazon) => (
            "Amazon",
            "Connected on Amazon's consent page, as one of two sellers, or with a refresh token of a self-authorised \
             application in the region Europe.",
        ),
        Consented(Provider::Shopify) => (
            "Shopify",
            "Connected on the consent page of any shop, such as my-shop.myshopify.com, or with the token of a custom app.",
        ),
        Consented(Provider::Xero) => (
            "Xero",
            "Connected on Xero's consent page, one organisation or several at once, or with tokens.",
        ),
    };
    format!(
        "<section id=\"{name}\"><h2>{title}</h2><p>{hint}</p>{}<p role=\"status\">{}</p>\
         <form method=\"post\" action=\"/portal\"><input type=\"hidden\" name=\"marketplace\" value=\"{name}\">\
         <div class=\"buttons\">{}</div></form></section>",
        key_table(marketplace),
        status(state, marketplace),
        buttons(marketplace)
    )
}

fn key_table(marketplace: Marketplace) -> String {
    let mut rows = String::new();
    for (label, key) in keys_of(marketplace) {
        let key = escape(key);
        write!(
            rows,
            "<tr><th scope=\"row\">{label}</th><td><code>{key}</code></td>\
             <td><button type=\"button\" class=\"quiet\" aria-label=\"Copy {label}\" data-copy=\"{key}\">Copy</button></td></tr>"
        )
        .expect("writing to memory cannot fail");
    }
    format!("<table><tbody>{rows}</tbody></table>")
}

/// What a person copies, and what it is.
const fn keys_of(marketplace: Marketplace) -> &'static [(&'static str, &'static str)] {
    match marketplace {
        Takealot => &[
            ("API key", keys::TAKEALOT_GOOD),
            ("API key that is refused", keys::TAKEALOT_REFUSED),
            ("API key that is told to wait", keys::TAKEALOT_THROTTLED),
        ],
        Consented(Provider::Amazon) => &[
            ("Merchant token", keys::AMAZON_SELLING_PARTNER_ID),
            ("Refresh token", keys::AMAZON_GOOD),
            ("Refresh token that is refused", keys::AMAZON_REFUSED),
            ("Refresh token that is told to wait", keys::AMAZON_THROTTLED),
        ],
        Consented(Provider::Shopify) => &[
            ("Shop domain", keys::SHOPIFY_SHOP),
            ("Access token", keys::SHOPIFY_GOOD),
            ("Access token that is refused", keys::SHOPIFY_REFUSED),
            ("Access token that is told to wait", keys::SHOPIFY_THROTTLED),
        ],
        Consented(Provider::Xero) => &[
            ("Access token", keys::XERO_GOOD),
            ("Access token of two organisations", keys::XERO_SEVERAL),
            ("Access token that has expired", keys::XERO_REFUSED),
            ("Access token that is told to wait", keys::XERO_THROTTLED),
            ("Refresh token for any of them", keys::XERO_REFRESH),
        ],
    }
}

fn status(state: &State, marketplace: Marketplace) -> String {
    let keys = if state.accepts(marketplace) {
        "The keys that work are accepted."
    } else {
        "The keys that worked are refused."
    };
    match marketplace {
        Takealot => keys.to_owned(),
        Consented(provider) => {
            let counts = state.grants().counts(provider);
            format!(
                "{keys} Authorisations in force: {} of {}.",
                counts.alive, counts.grants
            )
        }
    }
}

fn buttons(marketplace: Marketplace) -> String {
    let button = |order: &str, label: &str| {
        format!("<button name=\"order\" value=\"{order}\" class=\"quiet\">{label}</button>")
    };
    match marketplace {
        Takealot => [
            button("withdraw", "Refuse the key from now on"),
            button("accept", "Accept it again"),
        ]
        .concat(),
        Consented(_) => [
            button("withdraw", "Withdraw the authorisation"),
            button("expire", "Let access tokens expire"),
            button("accept", "Accept the keys again"),
        ]
        .concat(),
    }
}
